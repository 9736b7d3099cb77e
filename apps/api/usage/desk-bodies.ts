import { Text } from '../../../libs/contract/validation/members.js';

export class DiscardUsageBody {
  @Text(500, 'Why it will never be recorded.')
  reason!: string;
}

/** Nothing has to be said; `{}` will do. */
export class RetryUsageBody {
  @Text(500, 'Why it is tried again; not kept.', { optional: true })
  reason?: string;
}
