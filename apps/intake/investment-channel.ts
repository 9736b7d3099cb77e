import { isDatabaseFault } from '../../libs/application/database-fault.js';
import { handle } from '../../libs/application/handle.js';
import { describe } from '../../libs/application/record-usage.js';
import { refusalCode } from '../../libs/application/refusal-code.js';
import type { ItemProblem } from '../../libs/application/usage-event.js';
import type { Outcome } from '../../libs/ledger/ledger.js';
import {
  readInvestmentMessage,
  type InvestmentMessage,
} from '../../libs/messaging/contracts/investment-ingest.js';
import type { Logger } from '../../libs/runtime/logger.js';
import type { System } from '../standalone/system.js';
import type { Channel, Verdict } from './channel.js';
import { unrecordable } from './unrecordable.js';

type Command = Exclude<InvestmentMessage, { readonly problems: unknown }>;

/** `investment.ingest`: tranche calls, fundings and attestations, decided in the order of their partition. */
export const investmentChannel = (
  { ledger, pool }: Pick<System, 'ledger' | 'pool'>,
  topics: { readonly investmentIngest: string; readonly investmentDeadLetters: string },
  logger: Logger,
): Channel<Command> => {
  const actor = `kafka:${topics.investmentIngest}`;
  const take = async (message: Command): Promise<Verdict> =>
    toVerdict(message, await handle(ledger, { ...message, actor, expectedVersion: null }));
  /** Once more: what the ledger met may have passed. */
  const takeAgain = async (message: Command): Promise<Verdict> => {
    try {
      return await take(message);
    } catch (error) {
      if (isDatabaseFault(error)) throw error;
      const { source, id } = message;
      logger.error({ err: error, source, id }, 'the ledger fails on a command');
      return unrecordable(pool, message);
    }
  };
  return {
    topic: topics.investmentIngest,
    deadLetters: topics.investmentDeadLetters,
    slicesAhead: 0,
    read: readInvestmentMessage,
    countRefused: () => undefined,
    take: async (messages) => {
      // Submitted in one turn, so that they share transactions; the ledger decides them in this order.
      const taken = await Promise.allSettled(messages.map(take));
      const verdicts: Verdict[] = [];
      for (const [at, result] of taken.entries()) {
        const message = messages[at]!;
        if (result.status === 'fulfilled') verdicts.push(result.value);
        else if (isDatabaseFault(result.reason)) throw result.reason;
        else verdicts.push(await takeAgain(message));
      }
      return verdicts;
    },
  };
};

const refused = ({ source, id }: Command, problem: ItemProblem): Verdict => ({
  kind: 'refused',
  source,
  id,
  problem,
  onRecord: false,
});

const toVerdict = (message: Command, outcome: Outcome): Verdict => {
  switch (outcome.outcome) {
    case 'appended':
    case 'already-appended':
    case 'unchanged':
      return { kind: 'settled' };
    case 'conflict':
      return refused(message, {
        code: 'identity-reused',
        pointer: '/id',
        message: 'this source and id came before with other content; nothing was changed',
      });
    case 'rejected': {
      const { name, facts } = outcome.rejection;
      const pointer = typeof facts['pointer'] === 'string' ? facts['pointer'] : '';
      return refused(message, {
        code: refusalCode(name),
        pointer,
        message: describe(name, facts),
      });
    }
    case 'overloaded':
    case 'unknown':
    case 'abandoned':
      return { kind: 'retry', reason: outcome.outcome };
    case 'stale':
      throw new Error('no version was expected');
  }
};
