import { hash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Principal } from '../../../libs/access/principal.js';
import type {
  ItemProblem,
  ItemResult,
  UsageEvent,
} from '../../../libs/contract/usage/usage-event.js';
import { fromCloudEvent, isCloudEvent } from '../../../libs/contract/messages/cloud-event.js';
import { isObject } from '../../../libs/contract/validation/rules.js';
import { toUsageEvent, UsageEventBody } from '../../../libs/contract/usage/bodies.js';
import { validateBody } from '../../../libs/contract/validation/validate.js';
import { PARTS, type ApiParts } from '../parts.js';

/** One item as it came: an event, or what is wrong with it. */
export type Checked =
  | { readonly event: UsageEvent }
  | {
      readonly problems: readonly ItemProblem[];
      readonly refused: Extract<ItemResult, { outcome: 'refused' }>;
      /** SHA-256 (hex) of what came; null: it could not be kept. */
      readonly digest: string | null;
      readonly agreement: string | null;
      /** What came, or, where it was cut, its beginning. */
      readonly payload: string | Uint8Array | null;
      readonly isCut?: boolean;
    };

/** Plain event or CloudEvent, checked; and whether this key may post it. */
export const checkUsage = (item: unknown, principal: Principal): Checked => {
  const unwrapped = isCloudEvent(item) ? fromCloudEvent(item) : { event: item };
  const problems =
    'problems' in unwrapped ? unwrapped.problems : validateBody(UsageEventBody, unwrapped.event);
  if (problems.length > 0 || !('event' in unwrapped)) return refusing(item, problems);
  const event = toUsageEvent(unwrapped.event);
  return mayPost(principal, event) ? { event } : refusing(item, [SOURCE_NOT_ALLOWED]);
};

const mayPost = ({ sources }: Principal, { source }: UsageEvent): boolean =>
  sources === undefined || sources.includes(source);

const SOURCE_NOT_ALLOWED: ItemProblem = {
  code: 'source-not-allowed',
  pointer: '/source',
  message: 'is none that this key may post usage of; a key of its own can be made for it',
};

const refusing = (item: unknown, problems: readonly ItemProblem[]): Checked => {
  const payload = JSON.stringify(item) ?? '';
  return {
    problems,
    refused: refusedItem(item, problems),
    digest: hash('sha256', payload, 'hex'),
    agreement: agreementIn(item),
    payload,
  };
};

/** What is no JSON, as it came. */
export const unreadable = (bytes: Uint8Array, problem: ItemProblem, isCut = false): Checked => ({
  problems: [problem],
  refused: refusedItem(null, [problem]),
  digest: isCut ? null : hash('sha256', bytes, 'hex'),
  agreement: null,
  payload: bytes,
  isCut,
});

export const refusedItem = (item: unknown, problems: readonly ItemProblem[]) => ({
  outcome: 'refused' as const,
  source: nameIn(item, 'source'),
  id: nameIn(item, 'id'),
  problems,
});

/** Enough of an identity to find the item again, if it has one. */
const nameIn = (item: unknown, member: 'source' | 'id' | 'agreement'): string | null => {
  const value = isObject(item) ? item[member] : undefined;
  return typeof value === 'string' && value.length <= 128 ? value : null;
};

/** Of a CloudEvent it is in the data. */
const agreementIn = (item: unknown): string | null =>
  nameIn(item, 'agreement') ?? nameIn(isObject(item) ? item['data'] : null, 'agreement');

export const countsOf = (results: readonly ItemResult[]): Record<ItemResult['outcome'], number> => {
  const counts = { recorded: 0, duplicate: 0, parked: 0, refused: 0, retry: 0 };
  for (const { outcome } of results) counts[outcome] += 1;
  return counts;
};

/** Items in, one result for each out, in order. What the wire refuses never reaches the ledger. */
@Injectable()
export class TakeUsage {
  constructor(@Inject(PARTS) private readonly parts: ApiParts) {}

  /** In the middle of a stream an error can only break it off, so it is told here. */
  readonly fault = (error: unknown): never => {
    this.parts.logger.error({ err: error }, 'a stream of usage broke off');
    throw error;
  };

  async each(items: readonly Checked[], principal: Principal): Promise<readonly ItemResult[]> {
    const events = items.flatMap((item) => ('event' in item ? [item.event] : []));
    const recorded = await this.together(events, principal, false);
    await this.refuse(items, principal);
    let next = 0;
    return items.map((item) => ('event' in item ? recorded[next++]! : item.refused));
  }

  /** What the wire refuses is on record before it is answered. */
  async refuse(items: readonly Checked[], principal: Principal): Promise<void> {
    const refusals = items.flatMap((item) =>
      'event' in item
        ? []
        : {
            tenant: principal.tenant,
            source: item.refused.source,
            id: item.refused.id,
            problem: item.problems[0]!,
            problems: item.problems,
            digest: item.digest,
            agreement: item.agreement,
            actor: principal.name,
            payload: item.payload,
            isCut: item.isCut,
          },
    );
    await this.parts.recorder.refuseUnread(refusals, 'http');
  }

  async together(
    events: readonly UsageEvent[],
    principal: Principal,
    atomic: boolean,
  ): Promise<readonly ItemResult[]> {
    if (events.length === 0) return [];
    return this.parts.recorder.record(events, principal, 'http', { atomic });
  }
}
