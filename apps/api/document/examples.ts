/** Ids of the reference portfolio, by the noun of the path and the name of the parameter: the demo knows them. */
export const EXAMPLE_IDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  parties: { id: 'amazon', relationId: 'anthropic-equity' },
  agreements: { id: 'amazon-anthropic' },
  commitments: { id: 'amazon-anthropic.cloud' },
  investments: { id: 'amazon-anthropic.equity-2026' },
  tranches: { id: 'amazon-anthropic.equity-2026.tranche-2' },
  milestones: { id: 'amazon-anthropic.equity-2026.regulatory-approval' },
};
