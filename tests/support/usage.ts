import type { DomainCommand } from '../../libs/domain/events.js';
import type { Ledger, Outcome, Submission } from '../../libs/ledger/ledger.js';
import { dealCommands } from './deal-commands.js';
import { sha256 } from './scripted.js';

/** A real deal, without jest: the processes that tests start use it too. */
const submission = (
  agreement: string,
  kind: 'agreement' | 'commitment',
  id: string,
  command: DomainCommand,
  effectiveAt = '2026-03-15T00:00:00.000000Z',
): Submission => ({
  stream: { tenant: 'acme', kind, key: agreement },
  alongside: kind === 'commitment' ? { tenant: 'acme', kind: 'agreement', key: agreement } : null,
  source: 'finance',
  id,
  digest: sha256(JSON.stringify(command)),
  actor: 'alice',
  effectiveAt,
  expectedVersion: null,
  command,
});

const START = '2026-01-01T00:00:00.000000Z';
const END = '2027-01-01T00:00:00.000000Z';

/** Proposes and (unless told not to) activates the agreement and pledges `total` USD for 2026. */
export const openDeal = async (
  ledger: Ledger,
  agreement: string,
  total: string,
  options: { readonly activate?: boolean } = {},
): Promise<void> => {
  const { propose, activate, pledge } = dealCommands({
    ...{ agreementId: agreement, startsAt: START, endsAt: END, total },
  });
  const outcomes: Outcome[] = [
    await ledger.submit(submission(agreement, 'agreement', `${agreement}-1`, propose, START)),
    ...(options.activate === false
      ? []
      : [
          await ledger.submit(
            submission(agreement, 'agreement', `${agreement}-2`, activate, START),
          ),
        ]),
    await ledger.submit(submission(agreement, 'commitment', `${agreement}-3`, pledge, START)),
  ];
  const refused = outcomes.filter(({ outcome }) => outcome !== 'appended');
  if (refused.length > 0) throw new Error(`the deal did not open: ${JSON.stringify(refused)}`);
};

/** A usage event of `gross` USD billed. */
export const usage = (agreement: string, id: string, gross: string): Submission =>
  submission(agreement, 'commitment', id, {
    type: 'RecordDrawdown',
    agreementId: agreement,
    drawdownId: `finance ${id}`,
    charge: {
      category: 'usage',
      currency: 'USD',
      costs: { billed: gross },
      amount: null,
      chargedFrom: null,
      chargedTo: null,
      billedFrom: null,
      billedTo: null,
      quantity: null,
      unit: null,
      attributes: {},
      tags: {},
    },
  });
