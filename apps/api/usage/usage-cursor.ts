import { Problem } from '../../../libs/contract/problem.js';
import { parseInstant } from '../../../libs/domain/instant.js';
import type { UsagePlace } from './usage-list.js';

/** A place as the last part of a cursor. Sources and ids may be any text, so it is JSON in base64url. */
export const placeText = (place: UsagePlace): string =>
  Buffer.from(JSON.stringify(partsOf(place))).toString('base64url');

const partsOf = (place: UsagePlace): readonly unknown[] => {
  switch (place.of) {
    case 'parked':
      return ['p', place.at, place.source, place.id];
    case 'refused':
      return ['r', place.refusal];
    case 'recorded':
      return ['e', place.shard, place.position];
  }
};

/** @throws Problem 400 `cursor-malformed`. */
export const placeIn = (text: string | null): UsagePlace | null => {
  if (text === null) return null;
  const [of, first, second, third, ...more] = listOf(Buffer.from(text, 'base64url').toString());
  if (of === 'r' && isCount(first) && second === undefined)
    return { of: 'refused', refusal: first };
  if (of === 'e' && isCount(first) && isCount(second) && third === undefined)
    return { of: 'recorded', shard: first, position: second };
  if (of === 'p' && isClean(first) && isClean(second) && isClean(third) && more.length === 0)
    if (parseInstant(first) !== null) return { of: 'parked', at: first, source: second, id: third };
  throw new Problem(400, 'cursor-malformed', 'send a cursor that you got as `next`');
};

const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;

const isClean = (value: unknown): value is string =>
  typeof value === 'string' && !value.includes('\0');

const listOf = (json: string): readonly unknown[] => {
  try {
    const list: unknown = JSON.parse(json);
    return Array.isArray(list) ? list : [];
  } catch {
    return [];
  }
};
