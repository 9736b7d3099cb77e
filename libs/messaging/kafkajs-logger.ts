import kafkajs from 'kafkajs';
import type { LogEntry, logCreator } from 'kafkajs';

/** The part of our logger that messaging writes to. */
export interface MessagingLog {
  warn(facts: object, message: string): void;
  debug(facts: object, message: string): void;
}

export const SILENT: MessagingLog = { warn: () => undefined, debug: () => undefined };

/**
 * What the broker answers while it starts, while a group gathers, while leaders move, or when two processes make the same
 * topics at once. kafkajs tries again by itself
 * and calls each an error; a user who reads them at every start stops reading errors.
 */
const PASSING = new RegExp(
  [
    'coordinator is loading|coordinator is not available|not the correct coordinator|rebalanc|re-joining',
    'leadership election|not the leader|does not host this topic-partition|Limiting retries',
    'Connection (?:error|timeout)|Restarting the consumer|Response (?:CreateTopics|GroupCoordinator|JoinGroup)',
    'Response (?:SyncGroup|Heartbeat|OffsetCommit|Metadata|Fetch|Produce|InitProducerId)',
  ].join('|'),
  'i',
);

const textOf = (cause: unknown): string =>
  cause instanceof Error ? cause.message : typeof cause === 'string' ? cause : '';

/** kafkajs writes to our log: its errors as warnings (what fails for good is thrown), everything else as debug. */
export const quietLogCreator =
  (log: MessagingLog): logCreator =>
  () =>
  ({ level, namespace, log: { message, ...details } }: LogEntry) => {
    const facts = { client: 'kafkajs', namespace, cause: details['error'] };
    // What a response failed with is in its cause: "not the leader", for a partition that was made a moment ago.
    const isPassing = PASSING.test(message) || PASSING.test(textOf(facts.cause));
    if (level <= kafkajs.logLevel.WARN && !isPassing) log.warn(facts, message);
    else log.debug(facts, message);
  };
