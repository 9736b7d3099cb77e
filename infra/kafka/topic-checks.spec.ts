import { describe, expect, it } from '@jest/globals';
import { topicFaults } from './topic-checks.js';
import { topicSpecs } from './topics.js';

/** Kafka's own defaults, as a broker answers them. */
const DEFAULTS = {
  'message.timestamp.type': 'CreateTime',
  'cleanup.policy': 'delete',
  'compression.type': 'producer',
  'retention.ms': '604800000',
  'retention.bytes': '-1',
  'min.insync.replicas': '1',
};
const specs = topicSpecs(4);

const look = (
  topic: string,
  config: Readonly<Record<string, string>>,
  { copies = 1, brokers = 1 } = {},
) => {
  const spec = specs.find((each) => each.topic === topic)!;
  const settings = { config: { ...DEFAULTS, ...spec.config, ...config }, copies };
  return topicFaults(spec, settings, brokers).map(
    ({ state, found, changes }) => `${state} ${found.split(':')[0]} -> ${JSON.stringify(changes)}`,
  );
};

describe('the settings of topics', () => {
  it.each(specs.map(({ topic }) => topic))('as we make %s have no fault', (topic) => {
    expect(look(topic, {})).toEqual([]);
    expect(look(topic, { 'min.insync.replicas': '2' }, { copies: 3, brokers: 5 })).toEqual([]);
  });

  it.each(['usage.ingest', 'investment.ingest'])('under which %s loses records', (topic) => {
    expect(look(topic, DEFAULTS)).toEqual([
      'failed message.timestamp.type is CreateTime -> {"message.timestamp.type":"LogAppendTime"}',
      'failed compression.type is producer -> {"compression.type":"uncompressed"}',
    ]);
    expect(look(topic, { 'cleanup.policy': 'compact,delete', 'compression.type': 'gzip' })).toEqual(
      ['failed cleanup.policy is compact,delete -> {"cleanup.policy":"delete"}'],
    );
    expect(look(topic, { 'retention.ms': '3600000', 'retention.bytes': '1000' })).toEqual([
      'warning retention.ms is 3600000 -> {"retention.ms":"604800000"}',
      'warning retention.bytes is 1000 -> {"retention.bytes":"-1"}',
    ]);
    expect(look(topic, { 'retention.ms': '-1' })).toEqual([]);
  });

  it('under which letters, entries and checkpoints are lost', () => {
    expect(look('usage.ingest.dlq', { 'retention.ms': '604800000' })).toEqual([
      'warning retention.ms is 604800000 -> {"retention.ms":"-1"}',
    ]);
    for (const topic of ['investment.ingest.dlq', 'ledger.events'])
      expect(look(topic, { 'cleanup.policy': 'compact' })).toEqual([
        'failed cleanup.policy is compact -> {"cleanup.policy":"delete"}',
      ]);
    expect(look('ledger.checkpoints', { 'cleanup.policy': 'delete' })).toEqual([
      'warning cleanup.policy is delete -> {"cleanup.policy":"compact"}',
    ]);
  });

  it('and copies that are too few, as far as the cluster has brokers', () => {
    expect(look('usage.ingest', {}, { copies: 1, brokers: 1 })).toEqual([]);
    expect(look('usage.ingest', {}, { copies: 1, brokers: 3 })).toEqual([
      'warning 1 of 3 possible copies -> null',
    ]);
    expect(look('usage.ingest', {}, { copies: 3, brokers: 3 })).toEqual([
      'warning min.insync.replicas is 1 -> {"min.insync.replicas":"2"}',
    ]);
    expect(look('usage.ingest', { 'min.insync.replicas': '2' }, { copies: 1 })).toEqual([
      'failed min.insync.replicas is 2 of 1 -> {"min.insync.replicas":"1"}',
    ]);
  });
});
