/** What the synthetic usage of an agreement looks like. Shares add up to 1; costs are in USD. */
export interface UsageProfile {
  readonly provider: string;
  readonly issuer: string;
  readonly account: string;
  readonly regions: readonly string[];
  /** Of one year, about. Chosen against the commitments: see README.md for what each is meant to show. */
  readonly yearlyCost: number;
  /** Only from this day on (see relative-date.ts): there was nothing to count before. Default: the whole year. */
  readonly since?: string;
  readonly services: readonly ServiceShare[];
}

export interface ServiceShare {
  readonly name: string;
  /** FOCUS ServiceCategory. */
  readonly category: string;
  readonly sku: string;
  readonly unit: string;
  /** USD per unit, only to derive quantities. */
  readonly unitPrice: number;
  readonly share: number;
  /** Marketplace: sold by somebody else than the vendor. */
  readonly publisher?: string;
}

const accelerators = (name: string, share: number): ServiceShare => ({
  name,
  category: 'AI and Machine Learning',
  sku: 'synthetic-accelerator',
  unit: 'Hours',
  unitPrice: 21.5,
  share,
});

const compute = (name: string, share: number): ServiceShare => ({
  name,
  category: 'Compute',
  sku: 'synthetic-compute',
  unit: 'Hours',
  unitPrice: 3.2,
  share,
});

const storage = (name: string, share: number): ServiceShare => ({
  name,
  category: 'Storage',
  sku: 'synthetic-storage',
  unit: 'GB-Months',
  unitPrice: 0.021,
  share,
});

const networking = (name: string, share: number): ServiceShare => ({
  name,
  category: 'Networking',
  sku: 'synthetic-network',
  unit: 'GB',
  unitPrice: 0.05,
  share,
});

const marketplace = (share: number): readonly ServiceShare[] => [
  {
    name: 'Marketplace observability',
    category: 'Management and Governance',
    sku: 'synthetic-marketplace-1',
    unit: 'Hosts',
    unitPrice: 18,
    share: share / 2,
    publisher: 'Synthetic Observability Ltd',
  },
  {
    name: 'Marketplace data labelling',
    category: 'Analytics',
    sku: 'synthetic-marketplace-2',
    unit: 'Tasks',
    unitPrice: 0.4,
    share: share / 2,
    publisher: 'Synthetic Data Labels Inc',
  },
];

const PROFILES: Readonly<Record<string, UsageProfile>> = {
  'amazon-anthropic': {
    provider: 'AWS',
    issuer: 'Amazon Web Services, Inc.',
    account: 'synthetic-anthropic-aws',
    regions: ['us-east-1', 'us-west-2', 'eu-west-1'],
    yearlyCost: 5_600_000_000,
    since: '-7m',
    services: [
      accelerators('Amazon EC2 accelerated instances', 0.62),
      compute('Amazon Elastic Compute Cloud', 0.18),
      storage('Amazon Simple Storage Service', 0.1),
      networking('Amazon Virtual Private Cloud', 0.06),
      ...marketplace(0.04),
    ],
  },
  'microsoft-openai': {
    provider: 'Microsoft',
    issuer: 'Microsoft',
    account: 'synthetic-openai-azure',
    regions: ['eastus', 'swedencentral'],
    yearlyCost: 430_000_000,
    services: [
      accelerators('Azure Machine Learning', 0.5),
      compute('Virtual Machines', 0.25),
      storage('Storage Accounts', 0.12),
      networking('Virtual Network', 0.05),
      ...marketplace(0.08),
    ],
  },
  'google-anthropic': {
    provider: 'Google Cloud',
    issuer: 'Google Cloud',
    account: 'synthetic-anthropic-gcp',
    regions: ['us-central1', 'europe-west4'],
    yearlyCost: 800_000_000,
    services: [
      accelerators('Cloud TPU', 0.7),
      compute('Compute Engine', 0.14),
      storage('Cloud Storage', 0.08),
      networking('Networking', 0.04),
      ...marketplace(0.04),
    ],
  },
  'amazon-openai': {
    provider: 'AWS',
    issuer: 'Amazon Web Services, Inc.',
    account: 'synthetic-openai-aws',
    regions: ['us-east-2', 'us-west-2'],
    yearlyCost: 2_300_000_000,
    services: [
      accelerators('Amazon EC2 accelerated instances', 0.45),
      compute('Amazon Elastic Compute Cloud', 0.32),
      storage('Amazon Simple Storage Service', 0.13),
      networking('Amazon Virtual Private Cloud', 0.07),
      ...marketplace(0.03),
    ],
  },
};

/** Agreements of the portfolio that have usage. */
export const AGREEMENTS_WITH_USAGE: readonly string[] = Object.keys(PROFILES);

export const usageProfile = (agreementId: string): UsageProfile => {
  const profile = PROFILES[agreementId];
  if (!profile) {
    throw new Error(
      `no usage profile for ${agreementId}; there is one for ${AGREEMENTS_WITH_USAGE.join(', ')}`,
    );
  }
  return profile;
};
