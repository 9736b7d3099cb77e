import { IsIn, IsOptional, IsString } from 'class-validator';
import { ScheduleBody } from '../commitments/bodies.js';
import { MoneyBody } from '../money.js';
import { saying } from '../validation/rules.js';
import {
  About,
  Follows,
  IsAmount,
  IsCode,
  IsDay,
  IsId,
  IsInstant,
  IsWholeNumber,
  ListOf,
  ObjectOf,
} from '../validation/decorators.js';

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

class AddedCommitmentBody {
  @About('The agreement, which is in force.', { example: 'amazon-anthropic' })
  @IsCode()
  agreementId!: string;

  @About('A code that no commitment of the agreement has.', { example: 'more-cloud' })
  @IsCode()
  id!: string;

  @About('What would be pledged, in the currency of the agreement.')
  @ObjectOf(() => MoneyBody)
  total!: MoneyBody;

  @About('Start of its term, inclusive.')
  @IsInstant()
  startsAt!: string;

  @About('End of its term, exclusive; absent: unknown.')
  @IsOptional()
  @IsInstant({ after: 'startsAt' })
  endsAt?: string;

  @About('Its periods and their minimums. Default: total-only.')
  @IsOptional()
  @ObjectOf(() => ScheduleBody)
  schedule?: ScheduleBody;

  @About('What it would take of new use each day of its term. Default: nothing.', {
    example: '123.45',
  })
  @IsOptional()
  @IsAmount({ sign: 'not-negative' })
  usePerDay?: string;
}

/** Other terms of a commitment from the first day of the forecast on. What is absent stays as it is. */
class AmendedCommitmentBody {
  @About('Its full id.', { example: 'amazon-anthropic.cloud' })
  @IsId(2)
  commitmentId!: string;

  @About('What would be pledged.')
  @IsOptional()
  @ObjectOf(() => MoneyBody)
  total?: MoneyBody;

  @About('End of the term, exclusive.')
  @IsOptional()
  @IsInstant()
  endsAt?: string;

  @About('Its periods and their minimums. Absent: total-only is cut anew, any other stays.')
  @IsOptional()
  @ObjectOf(() => ScheduleBody)
  schedule?: ScheduleBody;
}

class EndedCommitmentBody {
  @About('Its full id.', { example: 'amazon-anthropic.cloud' })
  @IsId(2)
  commitmentId!: string;

  @About('When it would end: within its term, and after the day of the question.')
  @IsInstant()
  terminatedAt!: string;

  @About('What would become of the remaining obligation.')
  @IsString()
  @IsIn(['released', 'survives'])
  obligation!: 'released' | 'survives';
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

  @About('Commitments that would be pledged.')
  @IsOptional()
  @ListOf(() => AddedCommitmentBody, { max: 5 })
  addedCommitments?: AddedCommitmentBody[];

  @About('Commitments whose terms would be others.')
  @IsOptional()
  @ListOf(() => AmendedCommitmentBody, { max: 20 })
  amendedCommitments?: AmendedCommitmentBody[];

  @About('Commitments that would be terminated.')
  @IsOptional()
  @ListOf(() => EndedCommitmentBody, { max: 20 })
  endedCommitments?: EndedCommitmentBody[];
}
