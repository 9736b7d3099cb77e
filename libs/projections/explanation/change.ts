import { moneyIn, unitsOf } from '../../domain/money.js';
import type { UpTo } from '../asking/snapshot.js';
import type { EntriesOf, Explained, Operand, Source } from './explained.js';
import { sum } from './explained.js';
import { figureOfWhat, type ExplainQuestion } from './question.js';

/**
 * What a sum has changed by: its figure after less the one before, the operands that differ by how much they do, and the
 * entries since. Both are as of the same day, so that nothing but entries changes it. `before`: null where it was not there.
 */
export const changeOf = (
  before: Explained | null,
  after: Explained,
  since: readonly UpTo[],
  { view, since: text }: Pick<ExplainQuestion, 'view' | 'since'>,
): Explained => {
  if (isRatio(after) || (before !== null && isRatio(before))) {
    throw figureOfWhat(view, 'that is a ratio has no change that adds up: ask of what it is made');
  }
  const { currency, formula, entries } = after;
  const figure = moneyIn(currency)(unitsIn(after) - unitsIn(before));
  const operands = changed(before?.operands ?? [], after.operands).map((each) => ({
    ...each,
    address: each.address && { ...each.address, since: text },
  }));
  const given = entriesSince(before?.entries ?? null, entries, since);
  return sum({ currency, figure }, `what has changed since then: ${formula}`, operands, given);
};

const isRatio = ({ quotient }: Explained): boolean => quotient !== null;

const unitsIn = (explained: Explained | null): bigint => {
  const figure = explained?.figure ?? null;
  return figure === null || typeof figure === 'string' ? 0n : unitsOf(figure.amount);
};

/** Operands with the same name and rule for the same thing are one. */
const keyOf = ({ name, rule, address }: Operand): string => JSON.stringify([name, rule, address]);

const changed = (before: readonly Operand[], after: readonly Operand[]): readonly Operand[] => {
  const changes = new Map<string, Operand>();
  const add = (operand: Operand, sign: bigint): void => {
    const key = keyOf(operand);
    const known = changes.get(key) ?? { ...operand, units: 0n };
    changes.set(key, { ...known, units: (known.units ?? 0n) + sign * (operand.units ?? 0n) });
  };
  for (const each of after) add(each, 1n);
  for (const each of before) add(each, -1n);
  return [...changes.values()].filter(({ units }) => units !== 0n);
};

const entriesSince = (
  before: EntriesOf | null,
  after: EntriesOf | null,
  since: readonly UpTo[],
): EntriesOf | null => {
  const either = after ?? before;
  if (either === null) return null;
  if ('streams' in either.from) return { ...either, from: { ...either.from, after: since } };
  const places = [...placesOf(before, true), ...placesOf(after, false)];
  const isKept = (one: Source): boolean =>
    places.some((other) => other !== one && isSame(one, other));
  return { ...either, from: { places: places.filter((place) => !isKept(place)) } };
};

const placesOf = (entries: EntriesOf | null, isGone: boolean): readonly Source[] =>
  entries !== null && 'places' in entries.from
    ? entries.from.places.map((place) => (isGone ? { ...place, isGone } : place))
    : [];

const isSame = (one: UpTo, other: UpTo): boolean =>
  one.shard === other.shard && one.position === other.position;
