import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { OutgoingRecord } from '../../libs/contract/messages/records.js';
import { checkInvariants } from '../support/invariants.js';
import { describeKafka } from '../support/kafka.js';
import { IntakeHarness, plain, TENANT, usageBody } from './intake-harness.js';
import { commandsOn, openInvestment, recordedOn } from './investments.js';

const { call, fund, attest } = commandsOn('alpha');

describeKafka('intake of investment commands', () => {
  let harness: IntakeHarness;
  const produce = async (records: readonly OutgoingRecord[]): Promise<void> => {
    await harness.produce(records, harness.topics.investmentIngest);
    await harness.settled(harness.topics.investmentIngest);
  };
  const recorded = () => recordedOn(harness, 'alpha');

  beforeAll(async () => {
    harness = await IntakeHarness.open(['alpha']);
    await openInvestment(harness, 'alpha');
    await harness.start();
  }, 90_000);
  afterAll(async () => {
    expect(await checkInvariants(harness.database.ownerUrl)).toEqual([]);
    await harness.close();
  }, 30_000);

  it('decides them in order, once each, in the name of the topic', async () => {
    const commands = [call('c-1', 'one'), fund('f-1', 'one', '2'), fund('f-2', 'one', '3')];
    await produce([...commands, attest('a-1', 'approval'), ...commands]);
    const actor = `kafka:${harness.topics.investmentIngest}`;
    expect(await recorded()).toEqual([
      `c-1 TrancheCalled ${actor}`,
      `f-1 TrancheFunded ${actor}`,
      `f-2 TrancheFunded ${actor}`,
      `a-1 MilestoneAttested ${actor}`,
    ]);
    expect(await harness.letters(harness.topics.investmentDeadLetters)).toEqual([]);
  }, 60_000);

  it('sends what the ledger or its shape refuses to the dead letters, with the codes of HTTP', async () => {
    const before = await recorded();
    await produce([
      call('c-2', 'two'),
      call('c-3', 'three'),
      fund('f-3', 'one', '1'),
      fund('f-1', 'one', '2.5'),
      fund('f-4', 'one', 'much'),
      { ...call('c-4', 'two'), key: `${TENANT}/beta` },
      { ...call('c-5', 'two'), key: 'other/alpha' },
      plain(usageBody('lost')),
      attest('a-2', 'approval'),
      { ...call('c-6', 'two'), headers: { 'content-type': 'application/cloudevents-batch+json' } },
    ]);
    const letters = await harness.letters(harness.topics.investmentDeadLetters);
    expect(letters.map(({ code, pointer }) => `${code} ${pointer}`.trim()).sort()).toEqual([
      'amount-malformed /data/amount/amount',
      'cloud-event-version /specversion',
      'content-type-unsupported /headers/content-type',
      'identity-reused /id',
      'key-mismatch /subject',
      'milestone-not-pending',
      'tenant-not-allowed /key',
      'tranche-already-funded',
      'tranche-not-eligible',
      'tranche-unknown',
    ]);
    expect(await recorded()).toEqual(before);
    expect(await harness.count('refused')).toBe(10);
  }, 60_000);
});
