import { OUTCOMES, type KeptCursor } from '../../../libs/application/inbox/kept-usage.js';
import { parseInstant } from '../../../libs/domain/instant.js';
import { Member } from '../../../libs/contract/validation/member.js';
import { At, OneOf, Text } from '../../../libs/contract/validation/members.js';
import type { Rule } from '../../../libs/contract/validation/rules.js';
import { Problem } from '../../../libs/contract/problem.js';

const limit: Rule = (value) =>
  typeof value === 'string' && /^[1-9]\d{0,3}$/.test(value) && Number(value) <= 1000
    ? null
    : { code: 'not-an-integer', message: 'must be a whole number from 1 to 1000' };

export class KeptQuery {
  @OneOf(OUTCOMES, 'Only what is parked, refused or discarded. Without it: all three.', {
    optional: true,
  })
  outcome?: (typeof OUTCOMES)[number];

  @Text(128, 'Only of this source.', { optional: true, example: 'billing/aws' })
  source?: string;

  @Text(128, 'Only of this id.', { optional: true })
  id?: string;

  @Text(128, 'Only for this agreement.', { optional: true, example: 'amazon-anthropic' })
  agreement?: string;

  @Text(64, 'Only what waits or was refused for this reason.', {
    optional: true,
    example: 'usage-outside-term',
  })
  code?: string;

  @OneOf(['http', 'file', 'kafka'], 'Only what came this way.', { optional: true })
  channel?: string;

  @At('Only what came first at this instant or later.', { optional: true })
  from?: string;

  @At('Only what came first before this instant.', { optional: true, after: 'from' })
  to?: string;

  @Member(limit, {
    about: 'Items a page.',
    optional: true,
    schema: { type: 'integer', minimum: 1, maximum: 1000 },
  })
  limit?: string;

  @Text(1600, '`next` of the page before.', { optional: true })
  cursor?: string;
}

/** Opaque to clients: where the list goes on. */
export const keptCursor = (cursor: KeptCursor): string =>
  Buffer.from(
    cursor.of === 'parked'
      ? JSON.stringify(['p1', cursor.at, cursor.source, cursor.id])
      : JSON.stringify(['r1', cursor.refusal]),
  ).toString('base64url');

export const keptCursorOf = (text: string | undefined): KeptCursor | null => {
  if (text === undefined) return null;
  const [of, at, source, id] = listOf(Buffer.from(text, 'base64url').toString());
  if (of === 'r1' && Number.isSafeInteger(at) && source === undefined)
    return { of: 'refused', refusal: at as number };
  const texts = [at, source, id];
  if (of === 'p1' && texts.every(isClean) && parseInstant(at as string) !== null)
    return { of: 'parked', at: at as string, source: source as string, id: id as string };
  throw new Problem(400, 'cursor-malformed', 'send a cursor that you got as `next`');
};

const isClean = (value: unknown): boolean => typeof value === 'string' && !value.includes('\0');

const listOf = (json: string): readonly unknown[] => {
  try {
    const list: unknown = JSON.parse(json);
    return Array.isArray(list) && list.length <= 4 ? list : [];
  } catch {
    return [];
  }
};
