import { hash } from 'node:crypto';
import type { Principal } from '../../../libs/access/principal.js';
import type { RefusalRecord } from '../../../libs/application/inbox/refusals.js';
import type { UsageItem } from '../../../libs/application/record-usage.js';
import { fromCloudEvent, isCloudEvent } from '../../../libs/contract/messages/cloud-event.js';
import { toUsageEvent, UsageEventBody } from '../../../libs/contract/usage/bodies.js';
import type { ItemProblem, UsageEvent } from '../../../libs/contract/usage/usage-event.js';
import { isObject } from '../../../libs/contract/validation/rules.js';
import { validateBody } from '../../../libs/contract/validation/validate.js';

/** Plain event or CloudEvent, checked; and whether this key may post it. */
export const readUsageItem = (item: unknown, principal: Principal): UsageItem => {
  const unwrapped = isCloudEvent(item) ? fromCloudEvent(item) : { event: item };
  const problems =
    'problems' in unwrapped ? unwrapped.problems : validateBody(UsageEventBody, unwrapped.event);
  if (problems.length > 0 || !('event' in unwrapped)) return refusing(item, problems, principal);
  const event = toUsageEvent(unwrapped.event);
  return mayPost(principal, event) ? { event } : refusing(item, [SOURCE_NOT_ALLOWED], principal);
};

const mayPost = ({ sources }: Principal, { source }: UsageEvent): boolean =>
  sources === undefined || sources.includes(source);

const SOURCE_NOT_ALLOWED: ItemProblem = {
  code: 'source-not-allowed',
  pointer: '/source',
  message: 'is none that this key may post usage of; a key of its own can be made for it',
};

const refusing = (
  item: unknown,
  problems: readonly ItemProblem[],
  { tenant, name }: Principal,
): UsageItem => {
  const payload = JSON.stringify(item) ?? '';
  const [problem = { code: 'refused', pointer: '', message: '' }] = problems;
  return {
    refusal: {
      ...{ tenant, source: nameIn(item, 'source'), id: nameIn(item, 'id'), problem, problems },
      digest: hash('sha256', payload, 'hex'),
      agreement: agreementIn(item),
      actor: name,
      payload,
    },
  };
};

/** The refusal of what is no JSON, as it came. `isCut`: only the beginning of it was kept. */
export const unreadable = (
  bytes: Uint8Array,
  problem: ItemProblem,
  { tenant, name }: Principal,
  isCut = false,
): RefusalRecord => ({
  ...{ tenant, source: null, id: null, problem, actor: name },
  digest: isCut ? null : hash('sha256', bytes, 'hex'),
  payload: bytes,
  isCut,
});

/** Enough of an identity to find the item again, if it has one. */
const nameIn = (item: unknown, member: 'source' | 'id' | 'agreement'): string | null => {
  const value = isObject(item) ? item[member] : undefined;
  return typeof value === 'string' && value.length <= 128 ? value : null;
};

/** The agreement that an item names; a CloudEvent names it in its data. */
const agreementIn = (item: unknown): string | null =>
  nameIn(item, 'agreement') ?? nameIn(isObject(item) ? item['data'] : null, 'agreement');
