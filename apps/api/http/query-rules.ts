import { Follows } from '../../../libs/contract/validation/decorators.js';
import { saying } from '../../../libs/contract/validation/rules.js';

/** A whole number in a query, which is text. */
export const IsNumberText = (min: number, max: number): PropertyDecorator =>
  Follows(
    'isNumberText',
    saying({ type: 'integer', minimum: min, maximum: max }, (value) =>
      typeof value === 'string' &&
      /^(?:0|[1-9][0-9]{0,14})$/.test(value) &&
      Number(value) >= min &&
      Number(value) <= max
        ? null
        : { code: 'not-an-integer', message: `must be a whole number from ${min} to ${max}` },
    ),
  );
