import type { RowsOf } from '../asking/rows-wanted.js';
import { facts } from '../asking/rows-wanted.js';
import { agreementFacts, agreementsAsOf, type AgreementAsOf } from '../facts/agreements.js';
import { partyFacts } from '../facts/parties.js';
import type { PartyName } from '../deals/answer.js';

/** Between whom a deal is. */
export interface BetweenParties {
  readonly vendorId?: string | undefined;
  readonly customerId?: string | undefined;
}

export const dealingsWanted = () => ({
  parties: facts(partyFacts),
  agreements: facts(agreementFacts),
});

type Rows = RowsOf<ReturnType<typeof dealingsWanted>>;

/** Agreements as of then that are between these parties. */
export const agreementsBetween = (
  { agreements }: Pick<Rows, 'agreements'>,
  { vendorId, customerId }: BetweenParties,
): ReadonlyMap<string, AgreementAsOf> =>
  new Map(
    [...agreementsAsOf(agreements)].filter(
      ([, { vendorId: vendor, customerId: customer }]) =>
        (vendorId ?? vendor) === vendor && (customerId ?? customer) === customer,
    ),
  );

/** Parties with the names of that day. */
export const partiesNamed = ({ parties }: Pick<Rows, 'parties'>) => {
  const names = new Map(parties.map(({ partyId, name }) => [partyId, name]));
  return (partyId: string): PartyName => ({ partyId, name: names.get(partyId) ?? null });
};
