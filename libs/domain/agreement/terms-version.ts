import type { Agreement } from './agreement.js';

export const termsVersionOf = (agreement: Agreement): number =>
  agreement.status === 'unknown' ? 0 : agreement.termsVersion;
