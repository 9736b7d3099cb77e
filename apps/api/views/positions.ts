import { INSTANT } from '../../../libs/contract/validation/grammar.js';
import { instant, saying } from '../../../libs/contract/validation/rules.js';
import { POSITIONS } from '../../../libs/projections/asking/since.js';

/** `0:12,3:4`: a position of each shard that is named. */
export const positions = saying({ type: 'string', pattern: POSITIONS.source }, (value) =>
  typeof value === 'string' && POSITIONS.test(value)
    ? null
    : { code: 'position-malformed', message: 'must be shard:position, several with commas' },
);

const anInstant = instant();

/** An instant, or positions. */
export const since = saying(
  { type: 'string', pattern: `${INSTANT}|${POSITIONS.source}` },
  (value, whole) =>
    typeof value === 'string' && POSITIONS.test(value) ? null : anInstant(value, whole),
);
