import type { DomainEvent } from '../domain/events.js';

/** The schema that new events of every type are written with. */
export const SCHEMA_NOW = 1;

type Body = Readonly<Record<string, unknown>>;
/** From schema n to n+1. Pure, total, and kept for ever: entries of every schema stay readable. */
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
  upcasts: Readonly<Record<string, readonly Upcast[]>> = UPCASTS,
): DomainEvent => {
  const steps = upcasts[type] ?? [];
  if (schema < 1 || schema > steps.length + 1)
    throw new Error(`${type} has schema ${schema}, this version reads 1 to ${steps.length + 1}`);
  if (schema > steps.length) return { type, body } as unknown as DomainEvent;
  const now = steps.slice(schema - 1).reduce((older, step) => step(older), body);
  return { type, body: now } as unknown as DomainEvent;
};
