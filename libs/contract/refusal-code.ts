/** `TrancheNotEligible` -> `tranche-not-eligible`: the stable code of a refusal, the same on every channel. */
export const refusalCode = (name: string): string =>
  name.replace(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase();
