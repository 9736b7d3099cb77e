import type { CommitmentCommand } from '../../domain/commitment/commands.js';
import { parentOf } from '../../domain/ids.js';
import { toTerms } from './to-terms.js';
import { toInstant } from '../to-values.js';
import type {
  AmendCommitmentBody,
  PledgeCommitmentBody,
  TerminateCommitmentBody,
} from './bodies.js';

/**
 * Validated bodies and the ids of the path, as commands on commitments. One direction, nothing decided: texts become canonical
 * (instants in UTC, amounts without trailing zeros), absent members become null.
 */

export const toPledgeCommitment = (
  agreementId: string,
  body: PledgeCommitmentBody,
): CommitmentCommand => ({
  type: 'PledgeCommitment',
  agreementId,
  commitmentId: `${agreementId}.${body.id}`,
  terms: toTerms(body),
});

export const toAmendCommitment = (
  commitmentId: string,
  body: AmendCommitmentBody,
): CommitmentCommand => ({
  type: 'AmendCommitment',
  agreementId: parentOf(commitmentId),
  commitmentId,
  terms: toTerms(body),
  reason: body.reason,
});

export const toTerminateCommitment = (
  commitmentId: string,
  body: TerminateCommitmentBody,
): CommitmentCommand => ({
  type: 'TerminateCommitment',
  agreementId: parentOf(commitmentId),
  commitmentId,
  terminatedAt: toInstant(body.terminatedAt),
  obligation: body.obligation,
  reason: body.reason,
});
