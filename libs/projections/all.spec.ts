import { describe, expect, it } from '@jest/globals';
import { projections } from './all.js';
import { history, rowsWritten } from './testing/entries.js';
import { SAMPLES } from './testing/samples.js';

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

const agreementRows = (table: string): Record<string, string[]> => ({
  AgreementProposed: [
    `${table}: 2026-01-01 deal proposed Cloud for capital vendor lab 2026-01-01T00:00:00.000000Z`,
  ],
  AgreementActivated: [`${table}: 2026-01-01 deal activated`],
  AgreementAmended: [
    `${table}: 2026-03-05 deal amended Cloud for more capital 2030-01-01T00:00:00.000000Z`,
  ],
  AgreementTerminated: [`${table}: 2026-09-01 deal terminated`],
  AgreementSuperseded: [`${table}: 2026-10-01 deal superseded`],
});

const commitmentRows = (table: string): Record<string, string[]> => ({
  CommitmentPledged: [`${table}: 2026-01-01 deal deal.cloud pledged 1000`],
  CommitmentAmended: [`${table}: 2026-03-05 deal deal.cloud amended 1200`],
  CommitmentTerminated: [`${table}: 2026-09-01 deal deal.cloud terminated released`],
});

const fundingRows = (investments: string, fundings: string): Record<string, string[]> => ({
  InvestmentAgreed: [`${investments}: 2026-03-05 deal deal.equity vendor lab equity USD 500 200`],
  TrancheFunded: [`${fundings}: 2026-02-15 deal.equity deal.equity.first USD 100 wire 1`],
});

describe('what each event writes', () => {
  it.each(projections.map(({ name }) => name))('%s handles exactly what it says', (name) => {
    const projection = projections.find((each) => each.name === name)!;
    expect(Object.keys(written(name)).sort()).toEqual([...projection.handles].sort());
  });

  it('burn-down', () => {
    expect(written('burn-down')).toEqual({
      ...commitmentRows('burn_down_commitment'),
      DrawdownRecorded: ['burn_down_day: 2026-03-05 deal.cloud 0 USD 70 20 10'],
      DrawdownReversed: ['burn_down_day: 2026-03-05 deal.cloud 0 USD -50 0 0'],
      DrawdownsReallocated: ['burn_down_day: 2026-02-10 deal.cloud 0 USD -5 5 0'],
    });
  });

  it('remaining-obligation', () => {
    expect(written('remaining-obligation')).toEqual({
      ...commitmentRows('obligation_commitment'),
      DrawdownRecorded: ['obligation_period: 2026-03-05 deal.cloud 0 USD 70 20'],
      DrawdownReversed: ['obligation_period: 2026-03-05 deal.cloud 0 USD -50 0'],
      DrawdownsReallocated: ['obligation_period: 2026-02-10 deal.cloud 0 USD -5 5'],
    });
  });

  it('vendor-concentration', () => {
    expect(written('vendor-concentration')).toEqual({
      ...agreementRows('concentration_agreement'),
      ...commitmentRows('concentration_commitment'),
      DrawdownRecorded: [
        'concentration_spend_day: 2026-03-05 deal USD 100',
        'concentration_applied_day: 2026-03-05 deal.cloud USD 70',
      ],
      DrawdownReversed: [
        'concentration_spend_day: 2026-03-05 deal USD -50',
        'concentration_applied_day: 2026-03-05 deal.cloud USD -50',
      ],
      DrawdownsReallocated: ['concentration_applied_day: 2026-02-10 deal.cloud USD -5'],
    });
  });

  it('circularity', () => {
    expect(written('circularity')).toEqual({
      ...agreementRows('circularity_agreement'),
      ...commitmentRows('circularity_commitment'),
      ...fundingRows('circularity_investment', 'circularity_funding'),
      DrawdownRecorded: [
        'circularity_payment_day: 2026-03-05 deal USD 100',
        'circularity_applied_day: 2026-03-05 deal.cloud USD 70',
      ],
      DrawdownReversed: [
        'circularity_payment_day: 2026-03-05 deal USD -50',
        'circularity_applied_day: 2026-03-05 deal.cloud USD -50',
      ],
      DrawdownsReallocated: ['circularity_applied_day: 2026-02-10 deal.cloud USD -5'],
    });
  });

  it('tranche-pipeline', () => {
    const milestone = 'pipeline_milestone: 2026-03-05 deal.equity deal.equity.approval';
    const tranche = 'deal.equity deal.equity.first';
    expect(written('tranche-pipeline')).toEqual({
      ...fundingRows('pipeline_investment', 'pipeline_funding'),
      MilestoneDefined: [`${milestone} defined The regulator approves 2026-06-30T00:00:00.000000Z`],
      MilestoneAttested: [`${milestone} attested met ann`],
      MilestoneMet: [`${milestone} met bob`],
      MilestoneMissed: [`${milestone} missed bob`],
      MilestoneAttestationDeclined: [`${milestone} declined bob`],
      MilestoneWaived: [`${milestone} waived bob`],
      MilestoneExtended: [`${milestone} extended 2026-12-31T00:00:00.000000Z`],
      TrancheAgreed: [`pipeline_tranche: 2026-03-05 ${tranche} agreed 1 USD 300 firm {"all":[]}`],
      TrancheCalled: [`pipeline_tranche: 2026-02-01 ${tranche} called 0`],
      TrancheCancelled: [`pipeline_tranche: 2026-03-05 ${tranche} cancelled 0`],
      TrancheLapsed: [`pipeline_tranche: 2026-03-05 ${tranche} lapsed 0`],
    });
  });

  it('register', () => {
    expect(written('register')).toEqual({
      ...agreementRows('register_agreement'),
      ...commitmentRows('register_commitment'),
      ...fundingRows('register_investment', 'register_funding'),
      RelationDeclared: [
        'register_relation: 2026-01-01 vendor r1 declared lab equity 12.5 2026-01-01T12:00:00.000000Z',
      ],
      RelationEnded: ['register_relation: 2026-05-01 vendor r1 ended 2026-05-01T12:00:00.000000Z'],
      InvestmentLinked: ['register_link: 2026-03-05 deal deal.equity deal.cloud reciprocal'],
      PartyRegistered: ['register_party: 1970-01-01 vendor Vendor Inc. ["vendor","investor"]'],
      AgreementNoted: [
        'register_note: 2026-03-05 deal n1 More than its revenue a newspaper 2026-04-21 low',
      ],
      DrawdownRecorded: ['register_applied_day: 2026-03-05 deal.cloud USD 70'],
      DrawdownReversed: ['register_applied_day: 2026-03-05 deal.cloud USD -50'],
      DrawdownsReallocated: ['register_applied_day: 2026-02-10 deal.cloud USD -5'],
    });
  });
});
