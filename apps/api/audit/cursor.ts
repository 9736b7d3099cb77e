import { Problem } from '../http/problem.js';

/** Opaque to clients: where reading goes on. */
export const cursorAt = (shard: number, position: number): string =>
  Buffer.from(`v1:${shard}:${position}`).toString('base64url');

export const positionOf = (
  cursor: string | undefined,
): { readonly shard: number; readonly position: number } => {
  if (cursor === undefined) return { shard: 0, position: 0 };
  const [, shard, position] =
    /^v1:(\d{1,4}):(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (shard === undefined || position === undefined)
    throw new Problem(400, 'cursor-malformed', 'send a cursor that you got as `next`');
  return { shard: Number(shard), position: Number(position) };
};
