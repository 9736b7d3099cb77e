import type { ExplainQuestion } from './question.js';

/** A figure by its view, its name there, and what it is of. */
export type Address = Omit<
  ExplainQuestion,
  'tenant' | 'cursor' | 'limit' | 'knownAt' | 'knownPosition'
>;

type Known = Pick<ExplainQuestion, 'knownAt' | 'knownPosition'>;

const NAMES = [
  ...['view', 'figure', 'commitmentId', 'period', 'from', 'to'],
  ...['investmentId', 'trancheId', 'vendorId', 'customerId', 'currency'],
  ...['base', 'window', 'month', 'asOf', 'since'],
] as const;

/** What the figure is of, as parameters of the question. */
export const parametersOf = (address: Address): readonly (readonly [string, string])[] =>
  NAMES.flatMap((name) => {
    const value = (address as unknown as Readonly<Record<string, string | number | undefined>>)[
      name
    ];
    return value === undefined ? [] : [[name, String(value)] as const];
  });

/** `0:12,3:4` */
const positionsText = (positions: NonNullable<Known['knownPosition']>): string =>
  Object.entries(positions)
    .map(([shard, position]) => `${shard}:${position}`)
    .join(',');

/** The question that explains it, known as this answer knows it. */
export const pathOf = (address: Address, { knownAt, knownPosition }: Known): string => {
  const query = new URLSearchParams(Object.fromEntries(parametersOf(address)));
  if (knownAt !== undefined) query.set('knownAt', knownAt);
  else if (knownPosition !== undefined) query.set('knownPosition', positionsText(knownPosition));
  return `/v1/explain?${query.toString().replaceAll('%3A', ':').replaceAll('%2C', ',')}`;
};
