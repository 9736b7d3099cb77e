import { IsIn, IsOptional, IsString } from 'class-validator';
import { About } from '../../../libs/contract/validation/decorators.js';

export class BatchQuery {
  @About('All or none.')
  @IsOptional()
  @IsString()
  @IsIn(['true', 'false'])
  atomic?: 'true' | 'false';

  @About('NDJSON: which events are answered; exceptions if not given.')
  @IsOptional()
  @IsString()
  @IsIn(['all', 'exceptions'])
  answer?: 'all' | 'exceptions';
}
