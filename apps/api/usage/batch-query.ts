import { OneOf } from '../../../libs/application/wire/members.js';

export class BatchQuery {
  @OneOf(['true', 'false'], 'All or none.', { optional: true })
  atomic?: 'true' | 'false';

  @OneOf(['all', 'exceptions'], 'NDJSON: which events are answered.', { optional: true })
  answer?: 'all' | 'exceptions';
}
