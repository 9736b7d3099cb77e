import { hash } from 'node:crypto';
import { toRecordDrawdown } from '../usage-command.js';
import type { UsageEvent } from '../../contract/usage/usage-event.js';

/** A row of `ledger.parked`, as far as it decides what will be recorded, and on whose behalf. */
export interface SealedRow {
  readonly tenant: string;
  readonly source: string;
  readonly id: string;
  readonly agreement: string;
  readonly channel: string;
  /** The digest of the request, hexadecimal: what tells other content under the same identity. */
  readonly digest: string;
  /** JSON of the event and its actor. */
  readonly payload: string;
}

/** A row as it is found, with what history says was parked. Seals are hexadecimal. */
export interface FoundRow extends SealedRow {
  readonly seal: string | null;
  /** The entry of its step `parked`. */
  readonly arrival: string | null;
  readonly original: OriginalRow | null;
}

export interface OriginalRow extends Pick<
  SealedRow,
  'tenant' | 'source' | 'id' | 'channel' | 'payload'
> {
  readonly seal: string;
}

export interface ParkedPayload {
  readonly event: UsageEvent;
  readonly actor: string;
}

/**
 * SHA-256 over everything that will be recorded: each part with its length in bytes, so that no two rows have the same
 * text. Migration 0008 computes the same for rows that were parked before it.
 */
export const sealOf = (row: SealedRow): string => {
  const parts = [
    row.tenant,
    row.source,
    row.id,
    row.agreement,
    row.channel,
    row.digest,
    row.payload,
  ];
  return hash('sha256', parts.map((part) => `${Buffer.byteLength(part)}:${part}`).join(''), 'hex');
};

/** What was parked; or, where the row is not that any more, the names of what does not fit. */
export type OpenedRow =
  | { readonly kind: 'sound'; readonly payload: ParkedPayload }
  | { readonly kind: 'altered'; readonly differs: readonly string[] };

/**
 * A row without a seal is altered too: migration 0008 sealed those that waited then, and no process that knows of no seals
 * works on a ledger that has been migrated.
 */
export const openParked = (row: FoundRow): OpenedRow => {
  const payload = parsedPayload(row.payload);
  const differs = payload === null ? ['payload'] : contradictions(row, payload);
  if (row.original?.seal !== row.seal || sealOf(row) !== row.seal)
    differs.push(...changedSince(row));
  return differs.length === 0 && payload !== null
    ? { kind: 'sound', payload }
    : { kind: 'altered', differs: [...new Set(differs)] };
};

/** Null: nothing that was ever parked. */
export const parsedPayload = (text: string): ParkedPayload | null => {
  try {
    const { event, actor } = JSON.parse(text) as Partial<ParkedPayload>;
    return typeof event === 'object' && typeof actor === 'string' ? { event, actor } : null;
  } catch {
    return null;
  }
};

/** The columns say one thing, the content another. */
const contradictions = (row: FoundRow, { event, actor }: ParkedPayload): string[] => {
  const differs: string[] = [];
  if (event.source !== row.source) differs.push('source');
  if (event.id !== row.id) differs.push('event_id');
  if (event.agreement !== row.agreement) differs.push('agreement');
  if (digestOf(row.tenant, event, actor) !== row.digest) differs.push('digest');
  return differs;
};

const digestOf = (tenant: string, event: UsageEvent, name: string): string | null => {
  try {
    return toRecordDrawdown(event, { tenant, name }).digest;
  } catch {
    return null;
  }
};

/** What is not as it was parked, by name. */
const changedSince = (row: FoundRow): readonly string[] => {
  const { original } = row;
  if (original === null) return ['arrival'];
  const differs = (['tenant', 'source', 'channel', 'payload', 'seal'] as const)
    .filter((name) => original[name] !== row[name])
    .map(String);
  if (original.id !== row.id) differs.push('event_id');
  return differs.length === 0 ? ['digest'] : differs;
};

/**
 * Whose it was and what: as history has it, where the row still shows that this is its history. An arrival that was
 * altered too must not file one tenant's usage under another.
 */
export const originalOf = (row: FoundRow): OriginalRow | null => {
  const { original } = row;
  if (original === null) return null;
  const isOfRow =
    original.seal === row.seal ||
    original.payload === row.payload ||
    (original.source === row.source && original.id === row.id);
  return isOfRow ? original : null;
};
