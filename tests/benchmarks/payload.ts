import type { UsageEvent } from '../../libs/contract/usage/usage-event.js';

/** One day of one service, as a finance system posts it. About 320 bytes of JSON with its identity. */
export const usageEvent = (agreement: string, id: string): UsageEvent => ({
  source: 'urn:bench',
  id,
  agreement,
  effectiveAt: '2026-06-15T10:00:00Z',
  currency: 'USD',
  amount: '48.125',
  quantity: '2.25',
  unit: 'Hours',
  attributes: {
    vendor: 'AWS',
    account: '123456789012',
    region: 'us-east-1',
    service: 'Amazon Elastic Compute Cloud',
  },
});

/** The same facts as a peer's event. */
export const peerEvent = (id: string): unknown => ({
  type: 'DrawdownRecorded',
  data: usageEvent('bench-agreement-1', id),
});

export const PAYLOAD_BYTES = Buffer.byteLength(
  JSON.stringify(usageEvent('bench-agreement-1', '12-3456-789')),
);
