import {
  countKept,
  listKept,
  OUTCOMES,
  type KeptFilter,
} from '../../../libs/application/inbox/kept-usage.js';
import type { KeptUsage } from '../../../libs/application/inbox/kept-rows.js';
import { letterName, refusalsOfLetters } from '../../../libs/application/inbox/letter-refusals.js';
import { waitingUsage } from '../../../libs/application/inbox/waiting-usage.js';
import { readLetters, type StoredLetter } from '../../../libs/messaging/retry-letters.js';
import type { Context } from '../context.js';
import { CliFailure, EXIT } from '../failure.js';
import { plural, printable } from '../format.js';
import type { Table } from '../table.js';
import {
  NO_KAFKA,
  shownLetter,
  topicsOf,
  withAdmin,
  type ShownLetter,
  type TopicName,
} from './letters.js';

export interface Filters {
  readonly source?: string;
  readonly agreement?: string;
  readonly code?: string;
  readonly channel?: string;
}

export interface ListOptions extends Filters {
  readonly topic?: TopicName;
  readonly parked?: boolean;
  readonly outcome?: (typeof OUTCOMES)[number];
  readonly limit: string;
}

/** The desk of the command line also has usage of unknown tenants, and commands: whoever has the database may see them. */
export const filterOf = (
  context: Context,
  { source, agreement, code, channel }: Filters,
): KeptFilter => ({
  ...{ tenants: [context.config.tenant, null], source, agreement, code, channel },
  commands: true,
});

export const runList = async (context: Context, options: ListOptions): Promise<void> => {
  const limit = Number(options.limit);
  if (!/^\d{1,5}$/.test(options.limit) || limit === 0)
    throw new CliFailure(EXIT.usage, '--limit is a whole number from 1 to 99999.');
  const wants = (outcome: KeptUsage['outcome']): boolean =>
    options.outcome === undefined
      ? options.topic === undefined || (outcome === 'parked' && options.parked === true)
      : options.outcome === outcome;
  const system = await context.reading();
  const letters = await listLetters(context, options, limit);
  const filter = filterOf(context, options);
  const page = async (outcome: KeptUsage['outcome']): Promise<readonly KeptUsage[]> =>
    wants(outcome) ? (await listKept(system.pool, { ...filter, outcome }, null, limit)).items : [];
  const parked = await page('parked');
  const [refused, discarded] = options.parked
    ? [[], []]
    : [await page('refused'), options.outcome === 'discarded' ? await page('discarded') : []];
  // A letter is the same thing as its refusal, and shown as the letter.
  const shownAlready = new Set(letters.flatMap(({ refusal }) => refusal ?? []));
  const others = refused.filter(({ refusal }) => !shownAlready.has(refusal ?? 0));
  const all = await countKept(system.pool, filter);
  const open = letters.filter(({ became, refusal, retried }) =>
    refusal === null ? !retried : became === null,
  );
  const onRecord = new Set(open.flatMap(({ refusal }) => refusal ?? []));
  const { tenant } = context.config;
  const counts = {
    letters: open.length,
    parked: wants('parked') ? all.parked : 0,
    refused: wants('refused') && !options.parked ? all.refused - onRecord.size : 0,
    discarded: wants('discarded') && !options.parked ? all.discarded : 0,
  };
  const waiting = await waitingUsage(system.pool, tenant, 0);
  const hasKafka = context.config.kafkaBrokers !== null;
  context.output.report({
    headline: `${[
      ...(hasKafka ? [plural(counts.letters, 'dead letter', 'dead letters')] : []),
      `${plural(counts.parked, 'usage event', 'usage events')} parked`,
      `${counts.refused} ${hasKafka ? 'others ' : ''}refused`,
      `${counts.discarded} discarded`,
    ].join(', ')}.`,
    tables: [
      ...letterTables(letters),
      parkedTable(parked),
      refusedTable('Refused, newest first', others),
      discardedTable(discarded),
    ].filter(({ rows }) => rows.length > 0),
    notes: [
      ...(hasKafka ? [] : [NO_KAFKA]),
      ...(counts.letters + counts.parked + counts.refused > 0
        ? ['After a fix: commitment-ledger dlq retry']
        : []),
    ],
    answer: {
      counts,
      letters,
      parked: wants('parked')
        ? { count: all.parked, agreements: waiting.agreements, items: parked.map(parkedItem) }
        : null,
      refused: others,
      discarded,
    },
    records: recordsOf(letters, [...parked, ...others, ...discarded]),
    seen: null,
  });
};

/** Of those that the filters let pass; what a letter does not say itself is not known of it. */
const listLetters = async (
  context: Context,
  options: ListOptions,
  limit: number,
): Promise<readonly ShownLetter[]> => {
  const { outcome, channel } = options;
  if (outcome === 'parked' || (channel !== undefined && !channel.startsWith('kafka'))) return [];
  const topics = topicsOf(context, options).filter(
    ({ ingest }) =>
      channel === undefined || ingest.endsWith('usage.ingest') === (channel === 'kafka'),
  );
  if (topics.length === 0) return [];
  const system = await context.reading();
  return withAdmin(context, async (admin) => {
    const found: ShownLetter[] = [];
    for (const topic of topics) {
      const letters = (await readLetters(admin, topic, limit)).filter((one) =>
        passes(one, options),
      );
      const refused = await refusalsOfLetters(
        system.pool,
        letters.map(({ letter }) => letter),
      );
      for (const [index, stored] of letters.entries())
        found.push(shownLetter(stored, topic, refused[index] ?? null));
    }
    return outcome === undefined
      ? found
      : found.filter(({ became }) => became === (outcome === 'discarded' ? outcome : null));
  });
};

const passes = ({ letter }: StoredLetter, { source, agreement, code }: Filters): boolean => {
  if (letter === null) return source === undefined && agreement === undefined && code === undefined;
  const name = letterName(letter);
  return (
    (source === undefined || name.source === source) &&
    (agreement === undefined || name.agreement === agreement) &&
    (code === undefined || letter.code === code)
  );
};

const left = (title: string, drop?: number): Table['columns'][number] => ({
  title,
  align: 'left',
  ...(drop === undefined ? {} : { drop }),
});

const short = (text: string | null, length = 40): string => {
  const line = printable(text ?? '').replaceAll(/\s+/g, ' ');
  return line.length > length ? `${line.slice(0, length - 1)}…` : line;
};

const letterTables = (letters: readonly ShownLetter[]): readonly Table[] =>
  [...new Set(letters.map(({ topic }) => topic))].map((topic) => ({
    title: `Dead letters of ${topic}, newest first`,
    columns: [
      ...[
        left('When', 2),
        left('Code'),
        left('Pointer', 4),
        left('Source, id'),
        left('Came on', 3),
      ],
      ...[left('Letter'), left('Times', 5), left('State'), left('Text', 1)],
    ],
    rows: letters
      .filter((shown) => shown.topic === topic)
      .map((shown) => [
        ...[shown.at, shown.code, shown.pointer, shown.name, shown.original, shown.letter],
        ...[String(shown.times), shown.became ?? (shown.retried ? 'retried' : 'new')],
        short(shown.message || shown.text),
      ]),
  }));

const name = ({ source, id }: KeptUsage): string => printable(`${source ?? '?'} ${id ?? '?'}`);

const parkedTable = (items: readonly KeptUsage[]): Table => ({
  title: 'Parked usage, newest first',
  columns: [
    ...[left('Since', 2), left('Waits for'), left('Source, id'), left('Why'), left('Tries', 3)],
    left('Text', 1),
  ],
  rows: items.map((item) => [
    ...[item.firstSeen, item.agreement ?? '', name(item), item.code, String(item.attempts)],
    short(item.payload),
  ]),
});

const refusedTable = (title: string, items: readonly KeptUsage[]): Table => ({
  title,
  columns: [
    ...[left('Number'), left('When', 2), left('Code'), left('Source, id'), left('Came by', 3)],
    ...[left('Times', 4), left('What is wrong', 5), left('Text', 1)],
  ],
  rows: items.map((item) => [
    ...[String(item.refusal), item.lastSeen, item.code, name(item), item.channel],
    ...[String(item.times), short(`${item.pointer} ${item.message}`.trim(), 60)],
    short(item.payload),
  ]),
});

const discardedTable = (items: readonly KeptUsage[]): Table => ({
  title: 'Discarded, newest first',
  columns: [
    ...[left('Number'), left('Code', 2), left('Source, id'), left('When', 3), left('By')],
    left('Why'),
  ],
  rows: items.map((item) => [
    ...[String(item.refusal), item.code, name(item), item.discarded?.at ?? ''],
    ...[printable(item.discarded?.by ?? ''), short(item.discarded?.reason ?? '', 60)],
  ]),
});

const parkedItem = (item: KeptUsage) => ({
  ...{ source: item.source, id: item.id, agreement: item.agreement, reason: item.code },
  ...{ since: item.firstSeen, attempts: item.attempts, nextTry: item.nextTry },
  ...{ channel: item.channel, sentBy: item.sentBy, text: item.payload },
});

const COLUMNS = [
  ...['outcome', 'at', 'code', 'pointer', 'message', 'source', 'id', 'agreement', 'channel'],
  ...['times', 'refusal', 'letter', 'text'],
] as const;

const recordsOf = (letters: readonly ShownLetter[], items: readonly KeptUsage[]) => ({
  columns: COLUMNS,
  rows: [
    ...letters.map(({ name: named, ...one }) => [
      ...[one.became ?? 'refused', one.at, one.code, one.pointer, one.message],
      ...[named.split(' ')[0] ?? '', named.split(' ').slice(1).join(' '), null, one.topic],
      ...[one.times, one.refusal, one.letter, one.text],
    ]),
    ...items.map((one) => [
      ...[one.outcome, one.firstSeen, one.code, one.pointer, one.message, one.source, one.id],
      ...[one.agreement, one.channel, one.times, one.refusal, null, one.payload],
    ]),
  ],
});
