/** Right bodies, that tests change in one place. */
export const AGREEMENT = {
  id: 'amazon-anthropic',
  title: 'Cloud services and investment',
  vendorId: 'amazon',
  customerId: 'anthropic',
  startsAt: '2026-01-01T00:00:00Z',
  effectiveAt: '2026-01-01T00:00:00Z',
};

export const PLEDGE = {
  id: 'cloud',
  name: 'Cloud spend',
  total: { amount: '1000.00', currency: 'USD' },
  basis: 'effective',
  startsAt: '2026-01-01T00:00:00Z',
  endsAt: '2027-01-01T00:00:00Z',
  schedule: { mode: 'total-only' },
  effectiveAt: '2026-01-01T00:00:00Z',
};

export const USAGE = {
  source: 'billing/aws',
  id: 'inv-1',
  agreement: 'amazon-anthropic',
  effectiveAt: '2026-03-01T00:00:00Z',
  currency: 'USD',
  amount: '80.00',
};
