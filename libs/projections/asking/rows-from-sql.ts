import { coarsestOf, type BlockRange } from '../engine/blocks.js';
import type { Cell } from '../engine/projection.js';
import type { Asked } from './question.js';
import { unitsOfSum } from '../engine/sql-cells.js';
import { sqlName, type ColumnKind, type Shape } from '../engine/table.js';
import { isAmong, isUnder, isUnderAny, type AnyRow, type AnyWanted } from './rows-wanted.js';

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

/** What follows the point in the order of bytes. */
const AFTER_POINT = '/';

/** Ids are compared by bytes, so that all under a root stand together in every index. */
const condition = (
  column: string,
  value: unknown,
  parameter: (value: unknown) => string,
): string => {
  if (isUnder(value)) {
    const from = parameter(`${value.under}.`);
    return `${column} >= ${from} AND ${column} < ${parameter(value.under + AFTER_POINT)}`;
  }
  if (isAmong(value)) return `${column} = of_id`;
  if (isUnderAny(value))
    return `${column} >= of_root || '.' AND ${column} < of_root || '${AFTER_POINT}'`;
  return `${column} = ${parameter(value)}`;
};

/** Each of several things by its own range of the key, as below. */
const eachOf = (
  where: Readonly<Record<string, unknown>>,
  parameter: (value: unknown) => string,
): string[] =>
  Object.values(where).flatMap((value) => {
    if (isAmong(value)) return [`unnest(${parameter(value.among)}::text[]) AS of_ids (of_id)`];
    if (isUnderAny(value)) {
      return [`unnest(${parameter(value.underAny)}::text[]) AS of_roots (of_root)`];
    }
    return [];
  });

type Output = readonly [name: string, kind: ColumnKind, expression: string];

const reader = (outputs: readonly Output[]) => (row: readonly (string | null)[]) =>
  Object.fromEntries(outputs.map(([name, kind], at) => [name, cell(row[at] ?? null, kind)]));

const inRanges = (held: readonly BlockRange[], parameter: (value: unknown) => string): string => {
  const columns = (['span', 'shard', 'first', 'last'] as const).map(
    (name) => `${parameter(held.map((range) => range[name]))}::integer[]`,
  );
  return `unnest(${columns.join(', ')}) AS held (of_span, of_shard, first_block, last_block)`;
};

/** A range of the key. OFFSET 0 around it keeps the planner from reading all blocks instead, and joining them. */
const IN_RANGE = `span = of_span AND shard = of_shard AND block BETWEEN first_block AND last_block`;

/** `relation`: the quoted name of the live table. `held`: the blocks of sums that count; null: everything. */
export const selectWanted = (
  wanted: AnyWanted,
  relation: string,
  asked: Asked,
  held: readonly BlockRange[] | null,
): Statement => {
  const values: unknown[] = [asked.tenant];
  const parameter = (value: unknown): string => `$${values.push(value)}`;
  const conditions = ['tenant = $1'];
  const drivers = eachOf(wanted.where, parameter);
  const rowsIn = (...more: readonly string[]): string => {
    const rows = `${relation} WHERE ${[...conditions, ...more].join(' AND ')}`;
    if (drivers.length === 0) return rows;
    return `${drivers.join(', ')}, LATERAL (SELECT * FROM ${rows} OFFSET 0) AS kept`;
  };
  for (const [name, value] of Object.entries(wanted.where)) {
    conditions.push(condition(sqlName(name), value, parameter));
  }
  if (wanted.kind === 'facts') {
    if (!wanted.whenever) conditions.push(`effective_at < ${parameter(asked.effectiveBefore)}`);
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
      text: `SELECT ${outputs.map(([, , expression]) => expression).join(', ')} FROM ${rowsIn()}`,
      values,
      read: reader(outputs),
    };
  }
  conditions.push(`effective_day <= ${parameter(asked.asOf)}::date`);
  if (wanted.from !== null) conditions.push(`effective_day >= ${parameter(wanted.from)}::date`);
  if (held !== null) drivers.push(inRanges(held, parameter));
  const source = rowsIn(
    held === null ? `span = ${parameter(coarsestOf(wanted.table.blocks))}` : IN_RANGE,
  );
  const whenFormat = { day: 'YYYY-MM-DD', month: 'YYYY-MM', all: '' }[wanted.per];
  const whenSql = wanted.per === 'all' ? `''` : `to_char(effective_day, '${whenFormat}')`;
  const dims = wanted.table.dims as Shape;
  const by = (wanted.by as readonly string[]).map((name): Output => {
    const kind = dims[name];
    if (!kind) throw new Error(`the table ${wanted.table.name} has no sums by ${name}`);
    return [name, kind, asText(sqlName(name), kind)];
  });
  const amounts = (wanted.table.amounts as readonly string[]).map((name): Output => [
    name,
    'amount',
    `sum(${sqlName(name)})::text`,
  ]);
  const outputs: Output[] = [['when', 'text', whenSql], ...by, ...amounts];
  const groups = outputs.slice(0, 1 + by.length).map((_, at) => at + 1);
  return {
    text: `SELECT ${outputs.map(([, , expression]) => expression).join(', ')} FROM ${source} GROUP BY ${groups.join(', ')}`,
    values,
    read: reader(outputs),
  };
};
