import { describe, expect, it } from '@jest/globals';
import type { DomainEvent } from '../domain/events.js';
import { projections } from './all.js';
import { burnDownProjection } from './burn-down/burn-down.js';
import { history, rowsWritten } from './testing/entries.js';
import { line, SAMPLES } from '../domain/testing/samples.js';

const TERMS_EVENTS = ['CommitmentPledged', 'CommitmentAmended', 'CommitmentTerminated'] as const;

/** Everything that every sample event makes a projection write. An event that is not listed writes nothing. */
const written = (name: string): Record<string, string[]> => {
  const projection = projections.find((each) => each.name === name)!;
  return Object.fromEntries(
    Object.entries(SAMPLES).flatMap(([type, event]) => {
      const [entry] = history({ event, effective: '2026-03-05', recorded: '2026-03-07' });
      const rows = rowsWritten(projection, entry!);
      return rows.length === 0 ? [] : [[type, rows]];
    }),
  );
};

describe('what each event writes', () => {
  it.each(projections.map(({ name }) => name))('%s handles exactly what it says', (name) => {
    const projection = projections.find((each) => each.name === name)!;
    const writing = Object.keys(written(name));
    // Of the events of a book those move nothing in the samples that say terms.
    const mayMove = name === 'burn-down' ? TERMS_EVENTS : [];
    expect([...writing, ...mayMove].sort()).toEqual([...projection.handles].sort());
  });

  it('no table is written by two of them', () => {
    const names = projections.flatMap(({ tables }) => tables.map(({ name }) => name));
    expect(new Set(names).size).toBe(names.length);
  });

  it('facts', () => {
    const milestone = 'milestone: 2026-03-05 deal.equity deal.equity.approval';
    const tranche = 'deal.equity deal.equity.first';
    expect(written('facts')).toEqual({
      PartyRegistered: ['party: 1970-01-01 vendor Vendor Inc. ["vendor","investor"]'],
      PartyRenamed: ['party: 2026-04-01 vendor Vendor plc'],
      RelationDeclared: [
        'party_relation: 2026-01-01 vendor r1 declared lab equity 12.5 2026-01-01T12:00:00.000000Z',
      ],
      RelationEnded: ['party_relation: 2026-05-01 vendor r1 ended 2026-05-01T12:00:00.000000Z'],
      AgreementProposed: [
        'agreement: 2026-01-01 deal proposed Cloud for capital vendor lab 2026-01-01T00:00:00.000000Z',
      ],
      AgreementActivated: ['agreement: 2026-01-01 deal activated'],
      AgreementAmended: [
        'agreement: 2026-03-05 deal amended Cloud for more capital 2030-01-01T00:00:00.000000Z',
      ],
      AgreementTerminated: ['agreement: 2026-09-01 deal terminated'],
      AgreementSuperseded: ['agreement: 2026-10-01 deal superseded'],
      AgreementNoted: [
        'agreement_note: 2026-03-05 deal n1 More than its revenue a newspaper 2026-04-21 low',
      ],
      InvestmentLinked: ['agreement_link: 2026-03-05 deal deal.equity deal.cloud reciprocal'],
      CommitmentPledged: ['commitment: 2026-01-01 deal deal.cloud pledged 1000'],
      CommitmentAmended: ['commitment: 2026-03-05 deal deal.cloud amended 1200'],
      CommitmentTerminated: ['commitment: 2026-09-01 deal deal.cloud terminated released'],
      InvestmentAgreed: ['investment: 2026-03-05 deal deal.equity vendor lab equity USD 500 200'],
      TrancheFunded: ['funding: 2026-02-15 deal.equity deal.equity.first USD 100 wire 1'],
      TrancheAgreed: [`tranche: 2026-03-05 ${tranche} agreed 1 USD 300 firm {"all":[]}`],
      TrancheCalled: [`tranche: 2026-02-01 ${tranche} called 0`],
      TrancheCancelled: [`tranche: 2026-03-05 ${tranche} cancelled 0`],
      TrancheLapsed: [`tranche: 2026-03-05 ${tranche} lapsed 0`],
      MilestoneDefined: [`${milestone} defined The regulator approves 2026-06-30T00:00:00.000000Z`],
      MilestoneAttested: [`${milestone} attested met ann`],
      MilestoneMet: [`${milestone} met bob`],
      MilestoneMissed: [`${milestone} missed bob`],
      MilestoneAttestationDeclined: [`${milestone} declined bob`],
      MilestoneWaived: [`${milestone} waived bob`],
      MilestoneExtended: [`${milestone} extended 2026-12-31T00:00:00.000000Z`],
    });
  });

  it('burn-down', () => {
    expect(written('burn-down')).toEqual({
      DrawdownRecorded: ['burn_down_day: 2026-03-05 deal.cloud 0 USD 70 20 10'],
      DrawdownReversed: ['burn_down_day: 2026-03-05 deal.cloud 0 USD -50 0 0'],
      DrawdownsReallocated: ['burn_down_day: 2026-02-10 deal.cloud 0 USD -5 5 0'],
    });
  });

  it.each(TERMS_EVENTS)('burn-down, of lines that %s moves', (type) => {
    const sample = SAMPLES[type];
    const lines = [
      line({ applied: '-5', overage: '5', day: '2026-02-10' }),
      line({ applied: '5', day: '2026-02-11' }, 1),
    ];
    const event = { ...sample, body: { ...sample.body, lines } } as DomainEvent;
    const [entry] = history({ event, effective: '2026-03-05', recorded: '2026-03-07' });
    expect(rowsWritten(burnDownProjection, entry!)).toEqual([
      'burn_down_day: 2026-02-10 deal.cloud 0 USD -5 5 0',
      'burn_down_day: 2026-02-11 deal.cloud 1 USD 5 0 0',
    ]);
  });

  it('burn-down cannot take amounts without a currency', () => {
    const sample = SAMPLES.CommitmentTerminated;
    const body = { ...sample.body, currency: null, lines: [line({ applied: '-5' })] };
    const event = { ...sample, body } as DomainEvent;
    const [entry] = history({ event, effective: '2026-03-05', recorded: '2026-03-07' });
    expect(() => rowsWritten(burnDownProjection, entry!)).toThrow('in which currency');
  });

  it('vendor-concentration', () => {
    expect(written('vendor-concentration')).toEqual({
      DrawdownRecorded: ['spend_day: 2026-03-05 deal USD 100'],
      DrawdownReversed: ['spend_day: 2026-03-05 deal USD -50'],
    });
  });
});
