import type { Cell } from './projection.js';
import type { Asked } from './question.js';
import { unitsOfSum } from './sql-cells.js';
import { sqlName, type ColumnKind, type Shape } from './table.js';
import { knownDay, type AnyRow, type AnyWanted } from './wanted.js';

export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
  /** Rows come as arrays of text; this names and reads them. */
  readonly read: (row: readonly (string | null)[]) => AnyRow;
}

/** Dates as ISO text whatever the session's DateStyle; everything else as PostgreSQL writes it. */
const asText = (column: string, kind: ColumnKind): string =>
  kind === 'day' ? `to_char(${column}, 'YYYY-MM-DD')` : `${column}::text`;

const cell = (text: string | null, kind: ColumnKind): Cell => {
  if (text === null) return null;
  switch (kind) {
    case 'amount':
    case 'amount?':
      return unitsOfSum(text);
    case 'integer':
      return Number(text);
    case 'text':
    case 'text?':
    case 'day':
    case 'instant':
    case 'instant?':
      return text;
  }
};

type Output = readonly [name: string, kind: ColumnKind, expression: string];

const reader = (outputs: readonly Output[]) => (row: readonly (string | null)[]) =>
  Object.fromEntries(outputs.map(([name, kind], at) => [name, cell(row[at]!, kind)]));

/**
 * `relation`: the quoted name of the live table. `wholeShards`: shards of which the tables hold nothing recorded
 * after `knownAt`, so that all their sums count; of other shards only days before the day of `knownAt` do.
 */
export const selectWanted = (
  wanted: AnyWanted,
  relation: string,
  asked: Asked,
  wholeShards: readonly number[],
): Statement => {
  const values: unknown[] = [asked.tenant];
  const parameter = (value: unknown): string => `$${values.push(value)}`;
  const conditions = ['tenant = $1'];
  for (const [name, value] of Object.entries(wanted.where)) {
    conditions.push(`${sqlName(name)} = ${parameter(value)}`);
  }
  if (wanted.kind === 'facts') {
    conditions.push(`effective_at < ${parameter(asked.effectiveBefore)}`);
    if (asked.knownAt !== null) conditions.push(`recorded_at <= ${parameter(asked.knownAt)}`);
    const kinds: [string, ColumnKind][] = [
      ['shard', 'integer'],
      ['position', 'integer'],
      ['line', 'integer'],
      ['tenant', 'text'],
      ['recordedAt', 'instant'],
      ['effectiveAt', 'instant'],
      ...Object.entries(wanted.table.shape as Shape),
    ];
    const outputs = kinds.map(([name, kind]): Output => [name, kind, asText(sqlName(name), kind)]);
    return {
      text: `SELECT ${outputs.map(([, , expression]) => expression).join(', ')} FROM ${relation} WHERE ${conditions.join(' AND ')}`,
      values,
      read: reader(outputs),
    };
  }
  conditions.push(`effective_day <= ${parameter(asked.asOf)}::date`);
  if (wanted.from !== null) conditions.push(`effective_day >= ${parameter(wanted.from)}::date`);
  const day = knownDay(asked);
  if (day !== null) {
    conditions.push(
      `(recorded_day < ${parameter(day)}::date OR shard = ANY(${parameter(wholeShards)}::integer[]))`,
    );
  }
  const whenFormat = { day: 'YYYY-MM-DD', month: 'YYYY-MM', all: '' }[wanted.per];
  const whenSql = wanted.per === 'all' ? `''` : `to_char(effective_day, '${whenFormat}')`;
  const dims = wanted.table.dims as Shape;
  const by = (wanted.by as readonly string[]).map((name): Output => [
    name,
    dims[name]!,
    asText(sqlName(name), dims[name]!),
  ]);
  const amounts = (wanted.table.amounts as readonly string[]).map((name): Output => [
    name,
    'amount',
    `sum(${sqlName(name)})::text`,
  ]);
  const outputs: Output[] = [['when', 'text', whenSql], ...by, ...amounts];
  const groups = outputs.slice(0, 1 + by.length).map((_, at) => at + 1);
  return {
    text: `SELECT ${outputs.map(([, , expression]) => expression).join(', ')} FROM ${relation} WHERE ${conditions.join(' AND ')} GROUP BY ${groups.join(', ')}`,
    values,
    read: reader(outputs),
  };
};
