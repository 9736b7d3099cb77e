import { IsOptional } from 'class-validator';
import { saying } from '../validation/rules.js';
import { About, Follows, IsCode, IsDay, IsWholeNumber, ListOf } from '../validation/decorators.js';

const PERCENT = /^-?(?:0|[1-9][0-9]{0,2})(?:\.[0-9]{1,6})?$/;
const SCHEMA = { type: 'string', pattern: PERCENT.source, example: '5' };

/** Percent as decimal text from above -100 to 999: what is less would turn use round. */
const percent = saying(SCHEMA, (value) => {
  if (typeof value !== 'string') return { code: 'not-text', message: 'must be a JSON string' };
  return PERCENT.test(value) && Number(value) > -100 && value !== '-0'
    ? null
    : { code: 'percent-malformed', message: 'must be a percentage above -100 and below 1000' };
});

const IsPercent = (): PropertyDecorator => Follows('isPercent', percent);

export class PriceChangeBody {
  @About('Whose prices change.', { example: 'amazon' })
  @IsCode()
  vendorId!: string;

  @About('By how much: what is used costs that much more, or less.', { example: '10' })
  @IsPercent()
  percent!: string;

  @About('From this day on.')
  @IsDay()
  from!: string;
}

export class OutageBody {
  @About('Who is out: nothing of it is used.', { example: 'amazon' })
  @IsCode()
  vendorId!: string;

  @About('The first day.')
  @IsDay()
  from!: string;

  @About('For how many days.')
  @IsWholeNumber(1, 366)
  days!: number;
}

/** What is supposed. Nothing of it is recorded. */
export class ScenarioBody {
  @About('Only commitments of this agreement.')
  @IsOptional()
  @IsCode()
  agreementId?: string;

  @About('Only commitments to this vendor.')
  @IsOptional()
  @IsCode()
  vendorId?: string;

  @About('Only commitments of this customer.')
  @IsOptional()
  @IsCode()
  customerId?: string;

  @About('Percent by which use grows each month, besides what is forecast.', { example: '5' })
  @IsOptional()
  @IsPercent()
  growthPercentPerMonth?: string;

  @About('Vendors whose prices change.')
  @IsOptional()
  @ListOf(() => PriceChangeBody, { max: 20 })
  priceChanges?: PriceChangeBody[];

  @About('Vendors that are out.')
  @IsOptional()
  @ListOf(() => OutageBody, { max: 20 })
  outages?: OutageBody[];
}
