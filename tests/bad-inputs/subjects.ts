import { readFileSync } from 'node:fs';

export interface BadInput {
  /** Kind of bad input, as numbered in the design. */
  readonly line: number;
  readonly name: string;
  readonly subject: string;
  readonly change?: Readonly<Record<string, unknown>>;
  readonly text?: string;
  readonly base64?: string;
  readonly generate?: 'deep' | 'wide' | 'large' | 'large-chunked';
  /** Null takes a header away. */
  readonly headers?: Readonly<Record<string, string | null>>;
  readonly as?: 'poster';
  readonly expect: { readonly status: number; readonly code: string; readonly pointer?: string };
}

export const badInputs = (): readonly BadInput[] => {
  const text = readFileSync(new URL('./corpus.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { cases: BadInput[] }).cases;
};

const USD = (amount: string) => ({ amount, currency: 'USD' });
const TERM = { startsAt: '2026-01-01T00:00:00Z', endsAt: '2027-01-01T00:00:00Z' };
const TERMS = {
  name: 'Cloud spend',
  total: USD('1000'),
  basis: 'effective',
  ...TERM,
  schedule: { mode: 'total-only' },
};

/** Bodies in which nothing is wrong, and where HTTP takes them. */
export const SUBJECTS: Readonly<
  Record<string, { readonly url: string; readonly body: object; readonly version?: number }>
> = {
  usage: {
    url: '/v1/usage-events',
    body: {
      source: 'billing/aws',
      id: 'bad',
      agreement: 'amazon-anthropic',
      effectiveAt: '2026-03-01T00:00:00Z',
      currency: 'USD',
      amount: '80.00',
    },
  },
  agreement: {
    url: '/v1/agreements',
    body: { id: 'bad', title: 'Bad', vendorId: 'amazon', customerId: 'anthropic', ...TERM },
  },
  amendment: {
    url: '/v1/agreements/amazon-anthropic/amendments',
    body: { title: 'Bad', reason: 'because' },
    version: 2,
  },
  document: {
    url: '/v1/agreements/amazon-anthropic/documents',
    body: { name: 'Bad', sha256: 'b'.repeat(64) },
  },
  relation: {
    url: '/v1/parties/amazon/relations',
    body: { id: 'bad', toPartyId: 'anthropic', kind: 'equity', from: TERM.startsAt },
  },
  pledge: { url: '/v1/agreements/amazon-anthropic/commitments', body: { id: 'bad', ...TERMS } },
  'pledge-elsewhere': { url: '/v1/agreements/nowhere/commitments', body: { id: 'bad', ...TERMS } },
  'commitment-amendment-elsewhere': {
    url: '/v1/commitments/amazon-anthropic.nothing/amendments',
    body: { ...TERMS, reason: 'because' },
    version: 2,
  },
  tranche: {
    url: '/v1/investments/amazon-anthropic.equity/tranches',
    body: { id: 'bad', number: 1, amount: USD('1') },
  },
  funding: {
    url: '/v1/tranches/amazon-anthropic.equity.one/funding',
    body: { amount: USD('1'), valueAt: '2026-03-01T00:00:00Z', reference: 'wire' },
  },
  call: {
    url: '/v1/tranches/amazon-anthropic.equity.one/call',
    body: { calledAt: '2026-03-01T00:00:00Z' },
  },
  attestation: {
    url: '/v1/milestones/amazon-anthropic.equity.approval/attestations',
    body: { outcome: 'met' },
  },
  approval: {
    url: '/v1/milestones/amazon-anthropic.equity.approval/approval',
    body: { decision: 'approve', reason: 'mine' },
  },
  reversal: {
    url: '/v1/agreements/amazon-anthropic/reversals',
    body: { source: 'billing/aws', id: 'known', reason: 'because' },
  },
};

const ABSENT = '\u0000absent';

/** The bytes of a bad input. */
export const bytesOf = (input: BadInput): Buffer => {
  if (input.base64 !== undefined) return Buffer.from(input.base64, 'base64');
  if (input.text !== undefined) return Buffer.from(input.text);
  switch (input.generate) {
    case 'deep':
      return Buffer.from('{"tags":'.repeat(16) + '{}' + '}'.repeat(16));
    case 'wide':
      return Buffer.from(
        JSON.stringify(Object.fromEntries(Array.from({ length: 201 }, (_, n) => [`m${n}`, n]))),
      );
    case 'large':
    case 'large-chunked':
      return Buffer.from(JSON.stringify({ id: 'x'.repeat(1024 * 1024) }));
    default:
      return Buffer.from(changed(input));
  }
};

const changed = ({ subject, change }: BadInput): string => {
  const body = { ...SUBJECTS[subject]!.body, ...change };
  const members = Object.entries(body).filter(([, value]) => value !== ABSENT);
  return JSON.stringify(Object.fromEntries(members));
};
