import { describe, expect, it } from '@jest/globals';
import { history, viewOf } from '../testing/entries.js';
import { usd } from '../../domain/testing/builders.js';
import { funded, invested, SAMPLES } from '../../domain/testing/samples.js';
import { dealsOf, dealsWanted } from './deals.js';
import { burnDownReads } from '../burn-down/burn-down.js';

const ENTRIES = history(
  { event: SAMPLES.PartyRegistered, effective: '2026-05-01', recorded: '2026-05-01', shard: 1 },
  { event: SAMPLES.AgreementProposed, effective: '2026-01-01', recorded: '2026-01-01' },
  { event: SAMPLES.AgreementActivated, effective: '2026-01-01', recorded: '2026-01-01' },
  { event: SAMPLES.CommitmentPledged, effective: '2026-01-01', recorded: '2026-01-01' },
  { event: invested(), effective: '2026-01-15', recorded: '2026-01-15' },
  { event: funded('100', '2026-02-15'), effective: '2026-02-15', recorded: '2026-02-15' },
  { event: SAMPLES.DrawdownRecorded, effective: '2026-03-01', recorded: '2026-03-02' },
  { event: SAMPLES.AgreementNoted, effective: '2026-03-01', recorded: '2026-03-02' },
  { event: SAMPLES.AgreementAmended, effective: '2026-04-01', recorded: '2026-04-01' },
  { event: SAMPLES.AgreementTerminated, effective: '2026-09-01', recorded: '2026-09-01' },
);

const ask = (asOf: string) =>
  dealsOf(viewOf(burnDownReads, ENTRIES, { asOf }, dealsWanted).rows).agreements;

describe('all deals', () => {
  it('shows each deal with what is pledged, used, owed and funded', () => {
    expect(ask('2026-06-30')).toEqual([
      {
        agreementId: 'deal',
        // Proposed, activated, amended, and a termination that takes effect later.
        termsVersion: 4,
        title: 'Cloud for more capital',
        status: 'active',
        vendor: { partyId: 'vendor', name: 'Vendor Inc.' },
        customer: { partyId: 'lab', name: null },
        startsAt: '2026-01-01T00:00:00.000000Z',
        endsAt: '2030-01-01T00:00:00.000000Z',
        commitments: [
          {
            commitmentId: 'deal.cloud',
            termsVersion: 1,
            name: 'Cloud spend',
            total: usd('1000'),
            applied: usd('70'),
            released: usd('0'),
            remaining: usd('930'),
            utilisation: '0.07',
            startsAt: '2026-01-01T00:00:00.000000Z',
            endsAt: '2027-01-01T00:00:00.000000Z',
            terminatedAt: null,
          },
        ],
        investments: [
          {
            investmentId: 'deal.equity',
            investorId: 'vendor',
            recipientId: 'lab',
            instrument: 'equity',
            total: usd('500'),
            contingent: usd('200'),
            funded: usd('100'),
          },
        ],
        links: [],
        notes: 1,
      },
    ]);
  });

  it('follows the agreement through time', () => {
    const at = (asOf: string) =>
      ask(asOf).map(({ title, status, notes, investments }) => [
        title,
        status,
        notes,
        investments.length,
      ]);
    expect(at('2025-12-31')).toEqual([]);
    expect(at('2026-01-14')).toEqual([['Cloud for capital', 'active', 0, 0]]);
    expect(at('2026-03-31')).toEqual([['Cloud for capital', 'active', 1, 1]]);
    expect(at('2026-09-01')).toEqual([['Cloud for more capital', 'terminated', 1, 1]]);
  });
});
