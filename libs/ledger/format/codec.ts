import type { CommitmentTerms } from '../../domain/commitment/terms/terms.js';
import { pledgeHoldsFrom } from '../../domain/commitment/terms/timeline.js';
import { kindOfEvent } from '../../domain/aggregates.js';
import type { LedgerEvent } from '../../domain/events.js';
import { dayOf } from '../../domain/instant.js';
import { canonical } from './canonical.js';
import { drawdownText, readDrawdown } from './drawdown-text.js';
import type { DrawdownEnvelope } from './drawdown-text.js';
import { LedgerUnreadable } from '../postgres/unreadable.js';

type Body = Readonly<Record<string, unknown>>;
/** What is stored of an event: canonical JSON. Drawdowns leave out what goes without saying. */
export const encodeBody = (event: LedgerEvent, envelope: DrawdownEnvelope): string =>
  event.type === 'DrawdownRecorded' ? drawdownText(event.body, envelope) : canonical(event.body);

/** A stored body from schema n to n+1. Pure, total, and kept for ever: entries of every schema stay readable. */
export type Upcast = (body: Body, envelope: DrawdownEnvelope) => Body;

/** Lines of schema 1 are all dated at the entry that has them; the book knows from `undated` that they may lie elsewhere. */
const dated: Upcast = (body, { effectiveAt }) => ({
  ...body,
  lines: ((body['lines'] ?? []) as readonly object[]).map((line) => ({
    ...line,
    day: dayOf(effectiveAt),
  })),
  undated: true,
});

const MOVED_NOTHING = { reallocated: { applied: '0', overage: '0', ineligible: '0' } };

/**
 * Per event type, the steps from schema 1 on: `[from1to2, from2to3]`; none: the type is at its first schema. New fields
 * with an obvious default need no new schema: read them with the default.
 */
const UPCASTS: Readonly<Record<string, readonly Upcast[]>> = {
  CommitmentPledged: [
    (body, envelope) => ({
      ...MOVED_NOTHING,
      ...dated(body, envelope),
      from: pledgeHoldsFrom(body['terms'] as CommitmentTerms, envelope.effectiveAt),
    }),
  ],
  CommitmentAmended: [
    (body, envelope) => ({
      ...MOVED_NOTHING,
      ...dated(body, envelope),
      from: envelope.effectiveAt,
    }),
  ],
  CommitmentTerminated: [
    (body, envelope) => ({
      ...MOVED_NOTHING,
      ...dated(body, envelope),
      // A termination had nothing left to release: what becomes due again then is owed, as it was.
      obligation: body['released'] === '0' ? 'survives' : 'released',
      currency: null,
    }),
  ],
  DrawdownRecorded: [dated],
  DrawdownReversed: [
    (body, envelope) => ({
      ...dated(body, envelope),
      effectiveAt: envelope.effectiveAt,
      original: null,
    }),
  ],
};

/** The schema that new events of this type are written with. */
export const schemaVersionOf = (type: string): number => (UPCASTS[type]?.length ?? 0) + 1;

/**
 * @throws LedgerUnreadable for a type or a schema of another version: whoever folded it as nothing would be wrong from
 * then on and never know.
 */
export const decodeEvent = (
  type: string,
  schema: number,
  body: Body,
  envelope: DrawdownEnvelope,
  upcasts: Readonly<Record<string, readonly Upcast[]>> = UPCASTS,
): LedgerEvent => {
  if (kindOfEvent(type) === null)
    throw new LedgerUnreadable(`${type} is no type of event that this version knows`);
  const steps = upcasts[type] ?? [];
  if (!(schema >= 1 && schema <= steps.length + 1))
    throw new LedgerUnreadable(
      `${type} has schema ${schema}, this version reads 1 to ${steps.length + 1}`,
    );
  const now =
    schema > steps.length
      ? body
      : steps.slice(schema - 1).reduce((older, step) => step(older, envelope), body);
  if (type === 'DrawdownRecorded') return { type, body: readDrawdown(now, envelope) };
  return { type, body: now } as unknown as LedgerEvent;
};
