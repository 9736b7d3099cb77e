import { IsIn, IsOptional, IsString } from 'class-validator';
import { About, IsInstant, IsText } from '../../../libs/contract/validation/decorators.js';
import { OUTCOMES, type KeptCursor } from '../../../libs/application/inbox/kept-usage.js';
import { parseInstant } from '../../../libs/domain/instant.js';
import { IsNumberText } from '../http/query-rules.js';
import { Problem } from '../../../libs/contract/problem.js';

export class KeptQuery {
  @About('Only what is parked, refused or discarded. Without it: all three.')
  @IsOptional()
  @IsString()
  @IsIn(OUTCOMES)
  outcome?: (typeof OUTCOMES)[number];

  @About('Only of this source.', { example: 'billing/aws' })
  @IsOptional()
  @IsText(128)
  source?: string;

  @About('Only of this id.')
  @IsOptional()
  @IsText(128)
  id?: string;

  @About('Only for this agreement.', { example: 'amazon-anthropic' })
  @IsOptional()
  @IsText(128)
  agreement?: string;

  @About('Only what waits or was refused for this reason.', { example: 'usage-outside-term' })
  @IsOptional()
  @IsText(64)
  code?: string;

  @About('Only what came this way.')
  @IsOptional()
  @IsString()
  @IsIn(['http', 'file', 'kafka'])
  channel?: string;

  @About('Only what came first at this instant or later.')
  @IsOptional()
  @IsInstant()
  from?: string;

  @About('Only what came first before this instant.')
  @IsOptional()
  @IsInstant({ after: 'from' })
  to?: string;

  @About('Items a page.')
  @IsOptional()
  @IsNumberText(1, 1000)
  limit?: string;

  @About('`next` of the page before.')
  @IsOptional()
  @IsText(1600)
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
