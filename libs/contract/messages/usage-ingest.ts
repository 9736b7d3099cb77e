import type { ItemProblem, UsageEvent } from '../usage/usage-event.js';
import { fromCloudEvent } from './cloud-event.js';
import { toUsageEvent, UsageEventBody } from '../usage/bodies.js';
import { validateBody } from '../validation/validate.js';
import type { IncomingRecord } from './records.js';
import { openMessage } from './message-envelope.js';
import { keyMismatch, readShardKey } from './shard-key.js';
import type { RecordPlace } from './shard-key.js';

/** A message of `usage.ingest`: the tenant of its key and a usage event like those over HTTP; or what is wrong. */
export type UsageMessage =
  | { readonly tenant: string; readonly event: UsageEvent; readonly isMisrouted?: true }
  | {
      /** Null: its key does not say. */
      readonly tenant: string | null;
      readonly source: string | null;
      readonly id: string | null;
      readonly problems: readonly ItemProblem[];
    };

export const readUsageMessage = (record: IncomingRecord, place: RecordPlace): UsageMessage => {
  const key = readShardKey(record.key, place);
  const tenant = 'tenant' in key ? key.tenant : null;
  const opened = openMessage(record);
  if (opened.kind === 'problem') {
    const problems = 'problem' in key ? [key.problem, opened.problem] : [opened.problem];
    return { tenant, source: null, id: null, problems };
  }
  const { item } = opened;
  const unwrapped = opened.kind === 'cloud-event' ? fromCloudEvent(item) : { event: item };
  const problems = [
    ...('problem' in key ? [key.problem] : []),
    ...('problems' in unwrapped
      ? unwrapped.problems
      : validateBody(UsageEventBody, unwrapped.event)),
  ];
  if (problems.length === 0 && 'event' in unwrapped && 'agreement' in key) {
    const event = toUsageEvent(unwrapped.event);
    if (event.agreement === key.agreement)
      return key.isMisrouted
        ? { tenant: key.tenant, event, isMisrouted: true }
        : { tenant: key.tenant, event };
    problems.push(keyMismatch('/agreement', key.agreement));
  }
  return { tenant, source: nameIn(item, 'source'), id: nameIn(item, 'id'), problems };
};

/** Enough of an identity to find the message again, if it has one. */
export const nameIn = (
  item: Readonly<Record<string, unknown>>,
  member: 'source' | 'id',
): string | null => {
  const value = item[member];
  return typeof value === 'string' && value.length <= 128 ? value : null;
};
