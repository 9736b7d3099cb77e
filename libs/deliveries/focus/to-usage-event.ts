import type { UsageEvent } from '../../contract/usage/usage-event.js';
import type { ChargeRow } from './charge-row.js';
import { FOCUS_SOURCE } from './row-identity.js';

/** One charge row as the usage event that every channel sends. It took effect when its use began. */
export const chargeToUsageEvent = (row: ChargeRow, id: string, agreement: string): UsageEvent => ({
  source: FOCUS_SOURCE,
  id,
  agreement,
  effectiveAt: row.chargedFrom,
  category: row.category,
  currency: row.currency,
  costs: row.costs,
  chargedFrom: row.chargedFrom,
  ...(row.chargedTo === null ? {} : { chargedTo: row.chargedTo }),
  ...(row.billedFrom === null ? {} : { billedFrom: row.billedFrom }),
  ...(row.billedTo === null ? {} : { billedTo: row.billedTo }),
  ...(row.quantity === null || row.unit === null ? {} : { quantity: row.quantity, unit: row.unit }),
  attributes: row.attributes,
  tags: row.tags,
});
