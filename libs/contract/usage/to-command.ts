import type { CommitmentCommand } from '../../domain/commitment/commands.js';
import type { DrawdownRecorded } from '../../domain/commitment/events.js';
import { toAmount } from '../to-values.js';
import type { ReverseDrawdownBody } from './bodies.js';

/**
 * Validated bodies and the ids of the path, as commands on usage that was recorded. One direction, nothing decided: texts become canonical
 * (instants in UTC, amounts without trailing zeros), absent members become null.
 */

/** `original`: what the ledger recorded under the body's source and id, read before deciding. */
export const toReverseDrawdown = (
  agreementId: string,
  body: ReverseDrawdownBody,
  drawdownId: string,
  original: DrawdownRecorded['body'] | null,
): CommitmentCommand => ({
  type: 'ReverseDrawdown',
  agreementId,
  drawdownId,
  original,
  reverses: `${body.source} ${body.id}`,
  amount: body.amount === undefined ? null : inSignOf(original, toAmount(body.amount)),
  reason: body.reason,
});

/** A share is above zero on the wire; in the domain that of a refund is negative. */
const inSignOf = (original: DrawdownRecorded['body'] | null, amount: string): string =>
  original?.split.gross.startsWith('-') ? `-${amount}` : amount;
