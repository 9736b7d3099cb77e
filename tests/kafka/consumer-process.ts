// A consumer that tests can kill or freeze: one JSON line per thing that happens. Settles every record by itself, and
// stops before the offset given as `hold` until a line comes in.
import { createInterface } from 'node:readline';
import { KafkaConsumer } from '../../libs/messaging/kafka-consumer.js';

const [brokers, topic, group, hold] = process.argv.slice(2) as [string, string, string, string];
const say = (what: object): void => void process.stdout.write(`${JSON.stringify(what)}\n`);

const released = new Promise<void>((done) => {
  createInterface({ input: process.stdin }).once('line', () => done());
});

const consumer = new KafkaConsumer(
  { brokers: brokers.split(','), clientId: 'test-process' },
  { group, topics: [topic], sessionMs: 3_000 },
  async (batch, work) => {
    for (const { offset } of batch.records) {
      if (offset === Number(hold)) {
        say({ holding: offset });
        await released;
      }
      try {
        await work.settle(offset);
        say({ settled: offset });
      } catch (error) {
        say({ refused: offset });
        throw error;
      }
    }
  },
);
await consumer.start();
process.stdin.on('end', () => process.exit(0));
