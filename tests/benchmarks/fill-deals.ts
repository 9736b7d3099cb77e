import { handle } from '../../libs/application/handle.js';
import { digestOf } from '../../libs/contract/json/digest.js';
import { addDays, addMonths } from '../../libs/domain/calendar.js';
import type { CommitmentSchedule } from '../../libs/domain/commitment/terms/terms.js';
import type { DomainCommand } from '../../libs/domain/events.js';
import { startOfDay } from '../../libs/domain/instant.js';
import type { PostgresLedger } from '../../libs/ledger/postgres/postgres-ledger.js';
import { submission, TENANT } from './ours.js';

export const FIRST_DAY = '2026-01-01';
export const DAYS = 300;
const AT_ONCE = 500;

export interface Book {
  readonly agreements: number;
  readonly vendors: number;
  readonly customers: number;
  /** Usage events, by turns of all agreements. */
  readonly rows: number;
}

export const agreementOf = (index: number): string => `bench-${index}`;
const startsAt = startOfDay(FIRST_DAY);
const endsAt = startOfDay(addMonths(FIRST_DAY, 24));

const POOL: CommitmentSchedule = {
  mode: 'total-only',
  periods: [{ start: startsAt, end: endsAt, minimum: null }],
  excessCarriesForward: false,
  rolloverFraction: null,
};
const month = (index: number) => startOfDay(addMonths(FIRST_DAY, index));
const MONTHS: CommitmentSchedule = {
  ...POOL,
  mode: 'period-minimums',
  periods: Array.from({ length: 24 }, (_, index) => ({
    start: month(index),
    end: month(index + 1),
    minimum: '30',
  })),
};

/** Every other commitment has a minimum each month. */
const dealOf = (index: number, { vendors, customers }: Book): readonly DomainCommand[] => [
  {
    type: 'ProposeAgreement',
    agreementId: agreementOf(index),
    title: 'Benchmark',
    vendorId: `vendor-${index % vendors}`,
    customerId: `customer-${index % customers}`,
    ...{ startsAt, endsAt: null, documents: [] },
  },
  { type: 'ActivateAgreement', agreementId: agreementOf(index), activatedAt: startsAt },
  {
    type: 'PledgeCommitment',
    agreementId: agreementOf(index),
    commitmentId: `${agreementOf(index)}.pool`,
    terms: {
      name: 'Benchmark pool',
      // Some are used up, most are not.
      total: { amount: String(1_000 + (index % 100) * 100), currency: 'USD' },
      ...{ basis: 'effective', startsAt, endsAt, schedule: index % 2 === 0 ? POOL : MONTHS },
      ...{ countedCategories: ['usage', 'purchase'], eligibility: [], caps: [] },
      ...{ priority: 1, stackable: false },
    },
  },
];

const partiesOf = ({ vendors, customers }: Book): readonly DomainCommand[] =>
  [
    ...Array.from({ length: vendors }, (_, index) => `vendor-${index}`),
    ...Array.from({ length: customers }, (_, index) => `customer-${index}`),
  ].map((partyId) => ({ type: 'RegisterParty', partyId, name: partyId, kinds: ['customer'] }));

const inChunks = async (count: number, each: (index: number) => Promise<void>): Promise<void> => {
  for (let done = 0; done < count; done += AT_ONCE)
    await Promise.all(
      Array.from({ length: Math.min(AT_ONCE, count - done) }, (_, index) => each(done + index)),
    );
};

const run = async (ledger: PostgresLedger, command: DomainCommand, id: string): Promise<void> => {
  const outcome = await handle(ledger, {
    ...{ tenant: TENANT, actor: 'bench', source: 'urn:bench-setup', id, command },
    ...{ digest: digestOf(command), effectiveAt: startsAt, expectedVersion: null },
  });
  if (outcome.outcome !== 'appended') throw new Error(JSON.stringify(outcome));
};

/** Deals and their usage, a day after the other. */
export const fill = async (
  ledger: PostgresLedger,
  book: Book,
  say: (text: string) => void,
): Promise<void> => {
  const { agreements, rows } = book;
  const parties = partiesOf(book);
  await inChunks(parties.length, (index) => run(ledger, parties[index]!, `party/${index}`));
  for (let step = 0; step < 3; step += 1)
    await inChunks(agreements, (index) =>
      run(ledger, dealOf(index, book)[step]!, `agreement/${index}/${step}`),
    );
  say(`${agreements} agreements`);
  await inChunks(rows, async (index) => {
    const effectiveAt = startOfDay(addDays(FIRST_DAY, Math.floor((index / rows) * DAYS)));
    const usage = submission(agreementOf((index * 7) % agreements), `${index}`);
    const outcome = await ledger.submit({ ...usage, effectiveAt });
    if (outcome.outcome !== 'appended') throw new Error(JSON.stringify(outcome));
    if (index % 100_000 === 0) say(`${index} events recorded`);
  });
};
