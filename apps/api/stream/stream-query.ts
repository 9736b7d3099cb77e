import { IsIn, IsOptional, IsString } from 'class-validator';
import { About, Follows, IsCode, IsId } from '../../../libs/contract/validation/decorators.js';
import { saying } from '../../../libs/contract/validation/rules.js';
import { PLACE } from '../../../libs/live/place.js';

/** A place of a ledger with very many shards is long; a header of a request is not longer either. */
const PLACE_CHARS_MAX = 16_000;

const place = saying(
  { type: 'string', pattern: PLACE.source, maxLength: PLACE_CHARS_MAX },
  (value) =>
    typeof value === 'string' && value.length <= PLACE_CHARS_MAX && PLACE.test(value)
      ? null
      : {
          code: 'position-malformed',
          message: 'must be an id of an event, or shard:position, several with commas',
        },
);

export class StreamQuery {
  @About('Which events. Default: both.')
  @IsOptional()
  @IsString()
  @IsIn(['entry', 'view', 'entry,view', 'view,entry'])
  types?: 'entry' | 'view' | 'entry,view' | 'view,entry';

  @About('Only what is about this agreement. One that is not there yet is waited for.')
  @IsOptional()
  @IsCode()
  agreementId?: string;

  @About('Only entries that name this commitment, and moves of the views of its agreement.')
  @IsOptional()
  @IsId(2)
  commitmentId?: string;

  @About(
    'What came after this: the `id` of an event, or `ledgerPosition` of an answer. Shards that it does not name begin now. ' +
      'Default: now. `Last-Event-ID`, where it is sent, goes before.',
    { example: '0:0' },
  )
  @IsOptional()
  @Follows('isPlace', place)
  from?: string;
}
