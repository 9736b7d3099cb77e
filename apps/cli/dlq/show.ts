import { usageAccounts } from '../../../libs/application/inbox/usage-accounts.js';
import type { QueryBus } from '@nestjs/cqrs';
import { GetRefusal, GetUsageFate } from '../../../libs/application/inbox/get-usage.js';
import type { Refused } from '../../../libs/application/inbox/kept-usage.js';
import type { UsageStepAnswer } from '../../../libs/contract/usage/fate-answer.js';
import type { RecordedUsage } from '../../../libs/application/inbox/recorded-usage.js';
import type { UsageFate } from '../../../libs/application/inbox/usage-fate.js';
import { formatUnits } from '../../../libs/domain/money.js';
import type { Context } from '../context.js';
import { CliFailure, EXIT } from '../failure.js';
import { count, printable } from '../format.js';

/** One usage event by its source and id, or one refusal by its number. */
export type Named = { readonly source: string; readonly id: string } | { readonly refusal: number };

export const namedBy = (first: string, id: string | undefined): Named => {
  if (id !== undefined) return { source: first, id };
  if (!/^[1-9]\d{0,14}$/.test(first))
    throw new CliFailure(
      EXIT.usage,
      'One usage event is named by its source and id, or by the number of its refusal.',
      'commitment-ledger dlq list',
    );
  return { refusal: Number(first) };
};

const nothingThere = (named: Named): CliFailure =>
  new CliFailure(
    EXIT.failed,
    'refusal' in named
      ? `There is no refusal ${named.refusal}.`
      : `No usage event ${named.source} ${named.id} has come, as far as this ledger knows.`,
    'commitment-ledger dlq list',
  );

export const findRefusal = async (
  context: Context,
  queries: QueryBus,
  refusal: number,
): Promise<Refused> => {
  const { tenant } = context.config;
  const found = await queries.execute(new GetRefusal({ tenant, refusal, alsoNobodys: true }));
  if (found === null) throw nothingThere({ refusal });
  return found;
};

export const runShow = async (context: Context, named: Named): Promise<void> => {
  await report(context, (await context.reading()).queries, named);
};

/** What has become of it, printed. */
export const report = async (context: Context, queries: QueryBus, named: Named): Promise<void> => {
  if ('refusal' in named) {
    reportRefusal(context, await findRefusal(context, queries, named.refusal));
    return;
  }
  const { tenant } = context.config;
  const fate = await queries.execute(new GetUsageFate({ tenant, ...named }));
  if (fate === null) throw nothingThere(named);
  reportFate(context, fate);
};

const reportFate = (context: Context, fate: UsageFate): void => {
  const { source, id, outcome, history } = fate;
  const where =
    'entry' in fate ? ` in shard ${fate.entry.shard} at position ${fate.entry.position}` : '';
  const content = 'entry' in fate ? null : fate.kept.payload;
  context.output.report({
    headline: printable(`${source} ${id}: ${outcome}${where}.`),
    tables: [
      {
        title: 'What happened',
        columns: [
          { title: 'When', align: 'left' },
          { title: 'What', align: 'left' },
          { title: 'Why', align: 'left' },
          { title: 'By', align: 'left', drop: 2 },
          { title: 'Refusal', align: 'right', drop: 1 },
        ],
        rows: history.map((step) => [
          ...[step.at, step.step, whyOf(step), step.by ?? ''],
          step.refusal === null ? '' : String(step.refusal),
        ]),
      },
    ],
    notes: content === null ? [] : [`What came: ${printable(content)}`],
    answer:
      'entry' in fate
        ? { ...{ source, id, outcome }, ...placeOf(fate), history }
        : { ...fate.kept, ...{ source, id, outcome }, history },
    records: {
      columns: ['at', 'step', 'code', 'pointer', 'message', 'by', 'reason', 'refusal', 'times'],
      rows: history.map((step) => [
        ...[step.at, step.step, step.code, step.pointer, step.message, step.by, step.reason],
        ...[step.refusal, step.times],
      ]),
    },
    seen: null,
  });
};

const placeOf = ({ entry, reversed }: RecordedUsage) => ({
  ...{ shard: entry.shard, position: entry.position, hash: entry.hash },
  ...{ recordedAt: entry.recordedAt, split: entry.event.body.split },
  reversed: formatUnits(reversed),
});

const whyOf = ({ code, pointer, message, reason, times }: UsageStepAnswer): string => {
  const what = reason ?? [code, pointer, message].filter((part) => part).join(' ');
  return printable(times !== null && times > 1 ? `${what} (${count(times)} times)` : what);
};

const reportRefusal = (context: Context, refused: Refused): void => {
  const { refusal, source, id, channel, code, message, times, settledAs, discarded } = refused;
  const members = Object.entries(refused).flatMap(([member, value]) =>
    value === null || typeof value === 'object' ? [] : [[member, String(value)]],
  );
  context.output.report({
    headline: printable(
      `Refusal ${refusal}: ${source ?? '?'} ${id ?? '?'} by ${channel}, ${code} ${message}`.trim(),
    ),
    tables: [
      {
        columns: [
          { title: 'What', align: 'left' },
          { title: 'Value', align: 'left' },
        ],
        rows: members.filter(([member]) => member !== 'payload' && member !== 'altered'),
      },
    ],
    notes: [
      `It came ${times === 1 ? 'once' : `${count(times)} times`}${settledAs === null ? '' : `, and is ${settledAs}`}.`,
      ...(discarded === null
        ? []
        : [printable(`Discarded by ${discarded.by} at ${discarded.at}: ${discarded.reason}`)]),
      ...(refused.altered === null ? [] : [printable(`Found instead: ${refused.altered}`)]),
      refused.payload === null
        ? 'Its content was not kept.'
        : `What came: ${printable(refused.payload)}`,
    ],
    answer: refused,
    records: { columns: ['member', 'value'], rows: members },
    seen: null,
  });
};

const COUNTS = ['in', 'recorded', 'duplicate', 'parked', 'refused', 'discarded'] as const;

/** How much usage came, and what became of it. */
export const runCounts = async (context: Context): Promise<void> => {
  const { pool } = await context.reading();
  const accounts = await usageAccounts(pool, context.config.tenant);
  const { since, channels, total } = accounts;
  const nobodys = await usageAccounts(pool, null);
  const addsUp = accounts.addsUp && nobodys.addsUp;
  context.output.report({
    headline:
      since === null
        ? 'No usage has come yet.'
        : `${count(total.in)} usage events came since ${since}: ${count(total.recorded)} recorded, ` +
          `${count(total.duplicate)} again, ${count(total.parked)} parked, ${count(total.refused)} refused, ` +
          `${count(total.discarded)} discarded.`,
    tables:
      channels.length === 0
        ? []
        : [
            {
              columns: [
                { title: 'Came by', align: 'left' },
                ...COUNTS.map((name) => ({ title: name, align: 'right' }) as const),
              ],
              rows: channels.map((row) => [row.channel, ...COUNTS.map((name) => count(row[name]))]),
            },
          ],
    notes: [
      ...(nobodys.total.in > 0
        ? [`${count(nobodys.total.in)} more came of which nobody can tell whose they are.`]
        : []),
      ...(addsUp
        ? []
        : ['It does not add up: something was taken out of the database. See doctor and verify.']),
    ],
    answer: { ...accounts, nobodys: nobodys.total, addsUp },
    records: {
      columns: ['channel', ...COUNTS],
      rows: channels.map((row) => [row.channel, ...COUNTS.map((name) => row[name])]),
    },
    seen: null,
  });
};
