import type { LedgerEvent } from '../domain/events.js';
import { canonical } from './canonical.js';
import { drawdownText, readDrawdown } from './drawdown-text.js';
import type { DrawdownEnvelope } from './drawdown-text.js';
import { LedgerUnreadable } from './unreadable.js';

/** The schema that new events of every type are written with. */
export const SCHEMA_NOW = 1;

type Body = Readonly<Record<string, unknown>>;
/** What is stored of an event: canonical JSON. Drawdowns leave out what goes without saying. */
export const encodeBody = (event: LedgerEvent, envelope: DrawdownEnvelope): string =>
  event.type === 'DrawdownRecorded' ? drawdownText(event.body, envelope) : canonical(event.body);

/** From schema n to n+1, of what is stored. Pure, total, and kept for ever: entries of every schema stay readable. */
export type Upcast = (body: Body) => Body;

/**
 * Per event type, the steps from schema 1 on: `[from1to2, from2to3]`. Empty as long as every type is at its first
 * schema. New fields with an obvious default need no new schema: read them with the default.
 */
const UPCASTS: Readonly<Record<string, readonly Upcast[]>> = {};

export const decodeEvent = (
  type: string,
  schema: number,
  body: Body,
  envelope: DrawdownEnvelope,
  upcasts: Readonly<Record<string, readonly Upcast[]>> = UPCASTS,
): LedgerEvent => {
  const steps = upcasts[type] ?? [];
  if (schema < 1 || schema > steps.length + 1)
    throw new LedgerUnreadable(
      `${type} has schema ${schema}, this version reads 1 to ${steps.length + 1}`,
    );
  const now =
    schema > steps.length
      ? body
      : steps.slice(schema - 1).reduce((older, step) => step(older), body);
  if (type === 'DrawdownRecorded') return { type, body: readDrawdown(now, envelope) };
  return { type, body: now } as unknown as LedgerEvent;
};
