import type { ItemProblem, UsageEvent } from './usage-event.js';
import { fromCloudEvent, isCloudEvent } from '../messages/cloud-event.js';
import { parseStrictJson, StrictJsonError } from '../json/strict-json.js';
import { toUsageEvent, UsageEventBody } from './bodies.js';
import { validateBody } from '../validation/validate.js';

/** The text of a usage event, plain or as a CloudEvent, read as any channel reads it; or what is wrong with it. */
export const readUsage = (
  text: string,
): { readonly event: UsageEvent } | { readonly problems: readonly ItemProblem[] } => {
  try {
    const item = parseStrictJson(Buffer.from(text));
    const unwrapped = isCloudEvent(item) ? fromCloudEvent(item) : { event: item };
    if ('problems' in unwrapped) return unwrapped;
    const problems = validateBody(UsageEventBody, unwrapped.event);
    return problems.length > 0
      ? { problems }
      : { event: toUsageEvent(unwrapped.event as UsageEventBody) };
  } catch (error) {
    if (!(error instanceof StrictJsonError)) throw error;
    const { code, pointer, message } = error;
    return { problems: [{ code, pointer, message }] };
  }
};
