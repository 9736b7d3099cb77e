import { IsOptional } from 'class-validator';
import { About, IsText } from '../../../libs/contract/validation/decorators.js';

export class DiscardUsageBody {
  @About('Why it will never be recorded.')
  @IsText(500)
  reason!: string;
}

/** A retry needs nothing said; `{}` will do. */
export class RetryUsageBody {
  @About('Why it is tried again; not kept.')
  @IsOptional()
  @IsText(500)
  reason?: string;
}
