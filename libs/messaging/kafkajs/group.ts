import type { Grouping, Message } from './own.js';

/** kafkajs copies a partition's list once per message. */
export const group = ({ topic, partitionMetadata, messages, partitioner }: Grouping) => {
  const groups: Record<number, Message[]> = {};
  if (partitionMetadata.length === 0) return groups;
  for (const message of messages)
    (groups[partitioner({ topic, partitionMetadata, message })] ??= []).push(message);
  return groups;
};
