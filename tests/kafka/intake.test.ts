import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { USAGE_EVENT_TYPE } from '../../libs/application/wire/cloud-event.js';
import { describeKafka } from '../support/kafka.js';
import { IntakeHarness, plain, PLAIN, TENANT, usageBody } from './intake-harness.js';

describeKafka('intake of usage', () => {
  let harness: IntakeHarness;

  beforeAll(async () => {
    harness = await IntakeHarness.open();
    await harness.start();
  }, 90_000);
  afterAll(() => harness.close(), 30_000);

  it('takes plain JSON and CloudEvents in binary and structured mode', async () => {
    const { source, id: _, effectiveAt, ...data } = usageBody('');
    const attributes = { specversion: '1.0', type: USAGE_EVENT_TYPE, source, time: effectiveAt };
    const key = `${TENANT}/alpha`;
    await harness.produce([
      plain(usageBody('plain')),
      {
        key,
        value: JSON.stringify({ ...attributes, id: 'structured', data }),
        headers: { 'content-type': 'application/cloudevents+json' },
      },
      {
        key,
        value: JSON.stringify(data),
        headers: {
          ...PLAIN,
          ce_specversion: '1.0',
          ce_type: USAGE_EVENT_TYPE,
          ce_source: String(source),
          ce_id: 'binary',
          ce_time: String(effectiveAt),
        },
      },
    ]);
    await harness.settled();
    expect(await harness.letters()).toEqual([]);
    const drawdowns = await harness.drawdowns();
    for (const id of ['plain', 'structured', 'binary'])
      expect(drawdowns.get(`billing/aws ${id}`)).toBe('1');
  }, 60_000);
});
