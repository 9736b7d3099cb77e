import { describe, jest } from '@jest/globals';
import { describeKafka, kafkaBrokers } from '../support/kafka.js';
import { eventSourceContract } from './event-source-contract.js';
import { Relaying } from './relaying.js';

jest.setTimeout(60_000);

describe('the ledger as a source of events', () => {
  eventSourceContract(async () => {
    const relaying = await Relaying.open([]);
    return {
      relaying,
      follow: async (options) => {
        const projector = await relaying.projectFromLedger(options);
        return { close: () => projector.stop() };
      },
    };
  });
});

describeKafka('the topic as a source of events', () => {
  eventSourceContract(async () => {
    const relaying = await Relaying.open(kafkaBrokers());
    await relaying.publish('publisher');
    return {
      relaying,
      follow: ({ limit, at } = {}) =>
        relaying.projectFromTopic({
          ...(limit === undefined ? {} : { limit }),
          at: (point) => at?.(point.slice('projector:'.length) as never),
        }),
    };
  });
});
