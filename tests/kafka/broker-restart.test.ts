import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { describeKafkaServers, startTestKafka, type TestKafka } from '../support/kafka.js';
import { topicFindings } from '../support/topic-invariants.js';
import { Relaying } from './relaying.js';

jest.setTimeout(120_000);

describeKafkaServers('publisher and projector, while the broker is killed and comes back', () => {
  let kafka: TestKafka;
  let relaying: Relaying;
  beforeAll(async () => {
    kafka = await startTestKafka(1);
    relaying = await Relaying.open(kafka.brokers);
  });
  afterAll(async () => {
    await relaying.close();
    await kafka.stop();
  });

  it('lose nothing, and go on by themselves', async () => {
    const deals = await relaying.deals();
    const publisher = await relaying.publish('publisher');
    const projector = await relaying.projectFromTopic();
    for (let round = 0; round < 2; round += 1) {
      await relaying.use(deals[0]!, 200);
      await kafka.kill(1);
      // The ledger does not need Kafka.
      await relaying.use(deals[1]!, 200);
      await kafka.restart(1);
      await eventually(async () => expect(await relaying.published()).toBe(true), 60_000);
      await eventually(async () => expect(await relaying.projected()).toBe(true), 60_000);
    }
    await eventually(() => {
      expect(publisher.status().ready).toBe(true);
      expect(projector.status().ready).toBe(true);
    });
    expect(await relaying.contents()).toBe(await relaying.fromZero());
    expect(await topicFindings(relaying.admin, relaying.topic, relaying.ledger)).toEqual([]);
  });
});
