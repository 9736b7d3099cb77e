import { IsOptional } from 'class-validator';
import { About, IsInstant, IsText } from '../../../libs/contract/validation/decorators.js';
import { IsNumberText } from '../http/query-rules.js';
import { CURSOR } from './cursor.js';

export class EntriesQuery {
  @About('`next` of the page before.', { pattern: CURSOR.source })
  @IsOptional()
  @IsText(200)
  cursor?: string;

  @About(
    'Entries a page, default 100. The last page has fewer, and one that was `stoppedEarly`: go by `hasMore`.',
  )
  @IsOptional()
  @IsNumberText(1, 1000)
  limit?: string;

  @About('Only events of this type.', { example: 'DrawdownRecorded' })
  @IsOptional()
  @IsText(64)
  type?: string;

  @About('Only this stream.', { example: 'agreement:amazon-anthropic' })
  @IsOptional()
  @IsText(200)
  stream?: string;

  @About('Only what was recorded at this instant or later.')
  @IsOptional()
  @IsInstant()
  from?: string;

  @About('Only what was recorded before this instant.')
  @IsOptional()
  @IsInstant({ after: 'from' })
  to?: string;
}
