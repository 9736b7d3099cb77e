import { createHash } from 'node:crypto';
import type { StreamKind } from '../../domain/events.js';
import type { StreamName } from '../ledger.js';

/**
 * UUID version 8 (RFC 9562: ours to define) of a stream: the first 122 free bits of SHA-256 over
 * `tenant LF kind LF key`. Computed, never looked up.
 */
export const streamId = (stream: StreamName): string => {
  const digest = createHash('sha256')
    .update(`${stream.tenant}\n${stream.kind}\n${stream.key}`)
    .digest()
    .subarray(0, 16);
  digest.writeUInt8((digest.readUInt8(6) & 0x0f) | 0x80, 6);
  digest.writeUInt8((digest.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = digest.toString('hex');
  const part = (from: number, to: number): string => hex.slice(from, to);
  return `${part(0, 8)}-${part(8, 12)}-${part(12, 16)}-${part(16, 20)}-${part(20, 32)}`;
};

/** The stream that entries call `kind:key`. */
export const streamNamed = (tenant: string, text: string): StreamName => {
  const colon = text.indexOf(':');
  return { tenant, kind: text.slice(0, colon) as StreamKind, key: text.slice(colon + 1) };
};
