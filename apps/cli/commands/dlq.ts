import { Option, type Command } from 'commander';
import { OUTCOMES } from '../../../libs/application/inbox/kept-usage.js';
import type { Context } from '../context.js';
import { CliFailure, EXIT } from '../failure.js';
import { runList, type ListOptions } from '../dlq/list.js';
import {
  runDiscard,
  runDiscardLetter,
  runRetry,
  runRetryOne,
  type RetryOptions,
} from '../dlq/settle.js';
import { namedBy, runCounts, runShow } from '../dlq/show.js';

const SHOWN_DEFAULT = '50';
const NAME = 'the source, or (alone) the number of a refusal';

interface DiscardOptions extends Pick<RetryOptions, 'topic' | 'offset'> {
  readonly reason: string;
}

const topic = (): Option =>
  new Option('--topic <topic>', 'letters of this ingest topic only').choices([
    'usage',
    'investment',
  ]);

const filtered = (command: Command): Command =>
  command
    .option('--source <source>', 'of this source only')
    .option('--agreement <id>', 'for this agreement only')
    .option('--code <code>', 'parked or refused for this reason only')
    .addOption(
      new Option('--channel <channel>', 'what came this way only').choices([
        'http',
        'file',
        'kafka',
        'kafka-commands',
      ]),
    );

export const registerDlq = (program: Command, contextOf: (command: Command) => Context): void => {
  const group = program.command('dlq');

  const list = filtered(
    group
      .command('list')
      .description('dead letters, parked, refused and discarded usage, newest first')
      .addOption(topic())
      .option('--parked', 'parked usage (alone, or beside --topic)')
      .addOption(new Option('--outcome <outcome>', 'only what is').choices(OUTCOMES)),
  ).option('--limit <count>', 'how many at most of each', SHOWN_DEFAULT);
  list.action(async (options: ListOptions) => {
    await runList(contextOf(list), options);
  });

  const show = group
    .command('show')
    .description('what became of one usage event, with its content and all that happened')
    .argument('<source>', NAME)
    .argument('[id]');
  show.action(async (first: string, id: string | undefined) => {
    await runShow(contextOf(show), namedBy(first, id));
  });

  const counts = group
    .command('counts')
    .description('how much usage came, channel by channel, and what became of it');
  counts.action(async () => {
    await runCounts(contextOf(counts));
  });

  const retry = filtered(
    group
      .command('retry')
      .description(
        'send dead letters that were not retried yet to their topic again, and try parked usage now; or one usage ' +
          'event; or (with --refused or a filter) what was refused',
      )
      .argument('[source]', NAME)
      .argument('[id]')
      .addOption(topic())
      .option('--parked', 'parked usage (alone, or beside --topic)')
      .option('--refused', 'refused usage, from what is kept of it')
      .option('--from <letter>', 'all of its partition from this letter on, like 1/42')
      .option('--offset <letter>', 'this letter only, like 1/42'),
  );
  retry.action(async (first: string | undefined, id: string | undefined, options: RetryOptions) => {
    if (first === undefined) await runRetry(contextOf(retry), options);
    else await runRetryOne(contextOf(retry), namedBy(first, id));
  });

  const discard = group
    .command('discard')
    .description('give up one usage event that is parked or refused, or a dead letter')
    .argument('[source]', NAME)
    .argument('[id]')
    .requiredOption('--reason <text>', 'why it will never be recorded')
    .addOption(topic())
    .option('--offset <letter>', 'with --topic: this letter, like 1/42');
  discard.action(
    async (first: string | undefined, id: string | undefined, options: DiscardOptions) => {
      const context = contextOf(discard);
      if (first !== undefined) await runDiscard(context, namedBy(first, id), options.reason);
      else if (options.offset !== undefined)
        await runDiscardLetter(context, options, options.reason);
      else
        throw new CliFailure(
          EXIT.usage,
          'Say what is to be discarded: SOURCE ID, the number of a refusal, or --topic usage --offset 1/42.',
          'commitment-ledger dlq list',
        );
    },
  );
};
