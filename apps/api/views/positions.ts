import { saying } from '../../../libs/contract/validation/rules.js';
import type { Positions } from '../../../libs/projections/asking/question.js';

const POSITIONS =
  /^(?:0|[1-9][0-9]{0,3}):(?:0|[1-9][0-9]{0,14})(?:,(?:0|[1-9][0-9]{0,3}):(?:0|[1-9][0-9]{0,14}))*$/;

/** `0:12,3:4`: a position of each shard that is named. */
export const positions = saying({ type: 'string', pattern: POSITIONS.source }, (value) =>
  typeof value === 'string' && POSITIONS.test(value)
    ? null
    : { code: 'position-malformed', message: 'must be shard:position, several with commas' },
);

/** In the form that the rule checks for. */
export const positionsOf = (text: string): Positions =>
  Object.fromEntries(
    text.split(',').map((part) => {
      const [shard = '', position] = part.split(':');
      return [shard, Number(position)];
    }),
  );
