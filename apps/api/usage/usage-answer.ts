import { ApiProperty, PartialType } from '@nestjs/swagger';
import type { ItemResult } from '../../../libs/contract/usage/usage-event.js';
import { ProblemErrorAnswer } from '../http/documented.js';

const OUTCOMES = ['recorded', 'duplicate', 'parked', 'refused', 'retry'] as const;

/** What became of one usage event. Which members are there depends on `outcome`. */
export class UsageResultAnswer {
  @ApiProperty({
    enum: OUTCOMES,
    description:
      'recorded; duplicate: it already was; parked: its agreement is not known yet; refused: see problems; ' +
      'retry: send it again with the same identity; with the reason `unrecordable` the ledger fails on it, which was ' +
      'logged here and does not pass by itself.',
  })
  readonly outcome!: (typeof OUTCOMES)[number];

  @ApiProperty({ nullable: true, type: String })
  readonly source!: string | null;

  @ApiProperty({ nullable: true, type: String })
  readonly id!: string | null;

  @ApiProperty({ type: 'integer', required: false })
  readonly shard?: number;

  @ApiProperty({ type: 'integer', required: false })
  readonly position?: number;

  @ApiProperty({ required: false })
  readonly hash?: string;

  @ApiProperty({ required: false, description: 'applied + overage + ineligible.' })
  readonly gross?: string;

  @ApiProperty({ required: false })
  readonly applied?: string;

  @ApiProperty({ required: false })
  readonly overage?: string;

  @ApiProperty({ required: false })
  readonly ineligible?: string;

  @ApiProperty({ required: false })
  readonly currency?: string;

  @ApiProperty({ required: false, description: 'Of parked and retry.' })
  readonly reason?: string;

  @ApiProperty({ type: () => ProblemErrorAnswer, isArray: true, required: false })
  readonly problems?: ProblemErrorAnswer[];
}

export class UsageCountsAnswer {
  @ApiProperty({ type: 'integer' })
  readonly recorded!: number;

  @ApiProperty({ type: 'integer' })
  readonly duplicate!: number;

  @ApiProperty({ type: 'integer' })
  readonly parked!: number;

  @ApiProperty({ type: 'integer' })
  readonly refused!: number;

  @ApiProperty({ type: 'integer' })
  readonly retry!: number;
}

export const countsOf = (results: readonly ItemResult[]): Record<ItemResult['outcome'], number> => {
  const counts = { recorded: 0, duplicate: 0, parked: 0, refused: 0, retry: 0 };
  for (const { outcome } of results) counts[outcome] += 1;
  return counts;
};

/** One line of an NDJSON answer: a result with the number of its line; the last line has only the counts. */
export class UsageLineAnswer extends PartialType(UsageResultAnswer) {
  @ApiProperty({ type: 'integer', required: false, description: 'From 1, in the request.' })
  readonly line?: number;

  @ApiProperty({ type: () => UsageCountsAnswer, required: false, description: 'Of the last line.' })
  readonly counts?: UsageCountsAnswer;

  @ApiProperty({
    type: 'integer',
    required: false,
    description: 'Of the last line: events that were not recorded and have no line of their own.',
  })
  readonly notListed?: number;
}

export class UsageBatchAnswer {
  @ApiProperty({ type: () => UsageCountsAnswer })
  readonly counts!: UsageCountsAnswer;

  @ApiProperty({ type: () => UsageResultAnswer, isArray: true, description: 'In the order sent.' })
  readonly results!: readonly UsageResultAnswer[];
}
