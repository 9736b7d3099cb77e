import { OneOf } from '../../../libs/contract/validation/members.js';

export class BatchQuery {
  @OneOf(['true', 'false'], 'All or none.', { optional: true })
  atomic?: 'true' | 'false';

  @OneOf(['all', 'exceptions'], 'NDJSON: which events are answered; exceptions if not given.', {
    optional: true,
  })
  answer?: 'all' | 'exceptions';
}
