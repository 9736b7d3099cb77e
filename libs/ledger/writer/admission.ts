import type { Rejection } from '../../domain/decider.js';
import type { Outcome, Submission } from '../ledger.js';
import { shardOf } from '../format/shard.js';

/** PostgreSQL's index takes keys of up to about 2,700 bytes; an identity is far shorter. */
const IDENTITY_CHARS_MAX = 512;

const CONTROL = /[\u0000-\u001f\u007f]/;
const DIGEST = /^[0-9a-f]{64}$/;

/** Submissions that are decided and written together: one, or an atomic group. */
export interface Group {
  readonly submissions: readonly Submission[];
  answer(outcomes: readonly Outcome[]): void;
  /** A fault (never a refusal): the promise of the submission fails. */
  fail(fault: unknown): void;
}

/** Why an identity cannot be one, or null. The edges check more; this keeps damage out of the keys. */
export const identityRejection = (submission: Submission): Rejection | null => {
  const { id } = submission;
  const wrong =
    senderFault(submission) ??
    (id === '' || id.length > IDENTITY_CHARS_MAX
      ? 'id'
      : CONTROL.test(id)
        ? 'control-character'
        : null);
  if (wrong === null) return null;
  return { name: 'IdentityMalformed', facts: { wrong } };
};

const senderFault = (submission: Submission): string | null => {
  const { source, actor } = submission;
  const { tenant, key } = submission.stream;
  if (/\s/.test(source) || source === '') return 'source';
  if (/\s/.test(tenant) || tenant === '') return 'tenant';
  if (source.length > IDENTITY_CHARS_MAX) return 'id';
  if (CONTROL.test(source) || CONTROL.test(actor) || CONTROL.test(key)) return 'control-character';
  return null;
};

/** The one shard of these submissions. Throws when there are several: the caller groups by shard. */
export const shardOfAll = (submissions: readonly Submission[], shardCount: number): number => {
  let shard = -1;
  for (const { stream, alongside, digest } of submissions) {
    if (!DIGEST.test(digest)) throw new TypeError('digest must be SHA-256 as 64 hex digits');
    const own = shardOf(stream, shardCount);
    if (shard === -1) shard = own;
    if (own !== shard || (alongside !== null && shardOf(alongside, shardCount) !== shard))
      throw new RangeError('a group (and what is read alongside) must live in one shard');
  }
  return shard;
};
