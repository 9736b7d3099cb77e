import { DecideCommand } from '../../libs/application/decide-command.js';
import { refusalProblem } from '../../libs/contract/refusal-problem.js';
import { tryTwice } from '../../libs/application/try-twice.js';
import type { ItemProblem } from '../../libs/contract/usage/usage-event.js';
import { IDENTITY_REUSED } from '../../libs/application/usage-result.js';
import type { Outcome } from '../../libs/ledger/ledger.js';
import {
  readInvestmentMessage,
  type InvestmentMessage,
} from '../../libs/contract/messages/investment-ingest.js';
import type { Logger } from '../../libs/host/logger.js';
import type { System } from '../../libs/host/system.js';
import type { Channel, Verdict } from './channel.js';
import { unrecordable } from './unrecordable.js';
import { present } from '../../libs/domain/present.js';

type Command = Exclude<InvestmentMessage, { readonly problems: unknown }>;

/** `investment.ingest`: tranche calls, fundings and attestations, decided in the order of their partition. */
export const investmentChannel = (
  { commands, pool }: Pick<System, 'commands' | 'pool'>,
  topics: { readonly investmentIngest: string; readonly investmentDeadLetters: string },
  logger: Logger,
): Channel<Command> => {
  const actor = `kafka:${topics.investmentIngest}`;
  const take = async (message: Command): Promise<Verdict> =>
    toVerdict(
      message,
      await commands.execute(new DecideCommand({ ...message, actor, expectedVersion: null })),
    );
  return {
    topic: topics.investmentIngest,
    deadLetters: topics.investmentDeadLetters,
    refusedAs: 'kafka-commands',
    slicesAhead: 0,
    read: readInvestmentMessage,
    take: async (messages) => {
      // Submitted in one turn, so that they share transactions; the ledger decides them in this order.
      const settled = await tryTwice(messages, take);
      const verdicts: Verdict[] = [];
      for (const [at, taken] of settled.entries()) {
        const message = present(messages[at], 'message of a result');
        if (taken.status === 'fulfilled') verdicts.push(taken.value);
        else {
          const { source, id } = message;
          logger.error({ err: taken.reason, source, id }, 'the ledger fails on a command');
          verdicts.push(await unrecordable(pool, message));
        }
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
      return refused(message, IDENTITY_REUSED);
    case 'rejected':
      return refused(message, refusalProblem(outcome.rejection));
    case 'overloaded':
    case 'unknown':
    case 'abandoned':
      return { kind: 'retry', reason: outcome.outcome };
    case 'stale':
      throw new Error('no version was expected');
  }
};
