import type { Concentration } from '../api/types.js';
import { grouped, rounded } from '../format/decimal.js';

type Base = Concentration['base'];

export const BASES: readonly (readonly [base: Base, name: string])[] = [
  ['spend', 'Spend of 12 months'],
  ['remaining', 'Remaining obligation'],
  ['committed', 'Committed'],
];

/** Of what a share is, in a sentence. */
export const OF_BASE: Readonly<Record<Base, string>> = {
  spend: 'of the spend of 12 months',
  remaining: 'of what remains to be used',
  committed: 'of what is committed',
};

/** Points of the HHI from which it is moderate, and above which it is high. */
export const BANDS: Readonly<Record<Concentration['bands'], readonly [number, number, string]>> = {
  'us-2023': [1_000, 1_800, 'the US merger guidelines of 2023'],
  'us-2010': [1_500, 2_500, 'the US merger guidelines of 2010'],
};

/** `7812.4321` as points: 7,812. Of an index there are never cents. */
export const points = (hhi: string | null): string =>
  hhi === null ? '–' : grouped(rounded(hhi, 0));
