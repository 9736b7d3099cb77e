import type { OutgoingRecord } from '../../libs/contract/messages/records.js';
import { TENANT, type IntakeHarness } from './intake-harness.js';

const USD = (amount: string) => ({ amount, currency: 'USD' });

/** Commands on the investment of `openInvestment`, as CloudEvents in structured mode. */
export const commandsOn = (agreement: string) => {
  const event = (id: string, type: string, code: string, data: object): OutgoingRecord => ({
    key: `${TENANT}/${agreement}`,
    value: JSON.stringify({
      ...{ specversion: '1.0', type: `commitment-ledger.${type}.v1` },
      ...{ source: 'treasury', id, subject: `${agreement}.equity.${code}`, data },
    }),
    headers: { 'content-type': 'application/cloudevents+json' },
  });
  return {
    call: (id: string, tranche: string) =>
      event(id, 'tranche-call', tranche, { calledAt: '2026-03-01T00:00:00Z' }),
    fund: (id: string, tranche: string, amount: string) =>
      event(id, 'tranche-funding', tranche, {
        amount: USD(amount),
        valueAt: '2026-03-02T00:00:00Z',
        reference: id,
      }),
    attest: (id: string, milestone: string) =>
      event(id, 'milestone-attestation', milestone, { outcome: 'met' }),
  };
};

/** Of 10 USD on the deal of `openDeal`: tranche `one` of 5 may be called, `two` waits for the milestone `approval`. */
export const openInvestment = async (harness: IntakeHarness, agreement: string): Promise<void> => {
  const equity = `${agreement}.equity`;
  for (const [partyId, kind] of [
    ['vendor', 'vendor'],
    ['lab', 'customer'],
  ] as const)
    await harness.command(partyId, {
      type: 'RegisterParty',
      partyId,
      name: partyId,
      kinds: [kind],
    });
  await harness.command('agree', {
    type: 'AgreeInvestment',
    agreementId: agreement,
    investmentId: equity,
    investorId: 'vendor',
    recipientId: 'lab',
    instrument: 'equity',
    total: USD('10'),
    contingent: null,
  });
  await harness.command('define', {
    type: 'DefineMilestone',
    investmentId: equity,
    milestoneId: `${equity}.approval`,
    definition: 'approved',
    dueAt: null,
  });
  for (const [number, tranche] of ['one', 'two'].entries())
    await harness.command(tranche, {
      type: 'AgreeTranche',
      agreementId: agreement,
      investmentId: equity,
      trancheId: `${equity}.${tranche}`,
      number: number + 1,
      amount: USD('5'),
      contingent: false,
      gate: tranche === 'one' ? { all: [] } : { milestone: `${equity}.approval` },
      plannedAt: null,
      longStopAt: null,
    });
};

/** `id type actor` of what a treasury system had recorded on the investment, in order. */
export const recordedOn = async (
  harness: IntakeHarness,
  agreement: string,
): Promise<readonly string[]> => {
  const entries = await harness.system.reader.readStream({
    tenant: TENANT,
    kind: 'investment',
    key: `${agreement}.equity`,
  });
  return entries
    .filter(({ source }) => source === 'treasury')
    .map(({ id, event: { type }, actor }) => `${id} ${type} ${actor}`);
};
