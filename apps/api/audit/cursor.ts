import { Problem } from '../../../libs/contract/problem.js';

/** Where reading goes on. Clients send back what they got: the text may change with its first part. */
export const CURSOR = /^v1\.([0-9]{1,4})\.([0-9]{1,15})$/;

export const cursorAt = (shard: number, position: number): string => `v1.${shard}.${position}`;

export const cursorPlace = (
  cursor: string | undefined,
): { readonly shard: number; readonly position: number } => {
  if (cursor === undefined) return { shard: 0, position: 0 };
  const [, shard, position] = CURSOR.exec(cursor) ?? [];
  if (shard === undefined || position === undefined)
    throw new Problem(400, 'cursor-malformed', 'send a cursor that you got as `next`');
  return { shard: Number(shard), position: Number(position) };
};
