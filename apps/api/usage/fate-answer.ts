import { ApiProperty } from '@nestjs/swagger';
import { ProblemErrorAnswer } from '../http/documented.js';
import { DiscardedAnswer } from './kept-answer.js';

const STEPS = ['parked', 'refused', 'retried', 'discarded', 'recorded'] as const;
const OUTCOMES = ['recorded', 'parked', 'refused', 'discarded'] as const;

const optional = (description: string, type: typeof String | 'integer' = String) =>
  ApiProperty({ type, required: false, description });

const optionalTime = (description: string) =>
  ApiProperty({ type: String, format: 'date-time', required: false, description });

const nullable = (description: string, type: typeof String | 'integer' = String) =>
  ApiProperty({ type, nullable: true, description });

/** One thing that happened to a usage event. */
export class UsageStepAnswer {
  @ApiProperty({ type: String, format: 'date-time' })
  readonly at!: string;

  @ApiProperty({ enum: STEPS })
  readonly step!: (typeof STEPS)[number];

  @nullable('How it came.')
  readonly channel!: string | null;

  @nullable('Why it was parked or refused.')
  readonly code!: string | null;

  @nullable('JSON pointer.')
  readonly pointer!: string | null;

  @nullable('What is wrong.')
  readonly message!: string | null;

  @nullable('Who sent it, or who retried or discarded it.')
  readonly by!: string | null;

  @nullable('Why it was discarded.')
  readonly reason!: string | null;

  @nullable('The number of the refusal.', 'integer')
  readonly refusal!: number | null;

  @nullable('How often it was refused so.', 'integer')
  readonly times!: number | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'The last of these.',
  })
  readonly lastSeen!: string | null;

  @nullable('How often it was tried while it was parked.', 'integer')
  readonly attempts!: number | null;

  @nullable('Where it was recorded.', 'integer')
  readonly shard!: number | null;

  @nullable('Where it was recorded.', 'integer')
  readonly position!: number | null;
}

/** What became of one usage event. Which members are there depends on `outcome`. */
export class UsageFateAnswer {
  @ApiProperty({
    enum: OUTCOMES,
    description: 'What is in the ledger wins over whatever else came under the same name.',
  })
  readonly outcome!: (typeof OUTCOMES)[number];

  @ApiProperty()
  readonly source!: string;

  @ApiProperty()
  readonly id!: string;

  @optional('The agreement it names.')
  readonly agreement?: string;

  @optional('Whose key, process or command sent it.')
  readonly sentBy?: string;

  @optional('Recorded: the shard.', 'integer')
  readonly shard?: number;

  @optional('Recorded: its position in the shard.', 'integer')
  readonly position?: number;

  @optional('Recorded: of its entry.')
  readonly hash?: string;

  @optional('Recorded: applied + overage + ineligible.')
  readonly gross?: string;

  @optional('Recorded.')
  readonly applied?: string;

  @optional('Recorded.')
  readonly overage?: string;

  @optional('Recorded.')
  readonly ineligible?: string;

  @optional('Recorded.')
  readonly currency?: string;

  @optionalTime('Recorded: when.')
  readonly recordedAt?: string;

  @optionalTime('Recorded: when it happened in business.')
  readonly effectiveAt?: string;

  @optional('How it came; not of what was recorded.')
  readonly channel?: string;

  @optional('Parked: why it waits.')
  readonly reason?: string;

  @optionalTime('Parked, refused: when it came first.')
  readonly since?: string;

  @optionalTime('Refused: when it came last.')
  readonly lastSeen?: string;

  @optional('Refused: how often it came.', 'integer')
  readonly times?: number;

  @optional('Parked: how often it was tried.', 'integer')
  readonly attempts?: number;

  @optionalTime('Parked: when it is tried again.')
  readonly nextTry?: string;

  @optional('Refused, discarded: the number of the refusal.', 'integer')
  readonly refusal?: number;

  @optional('Refused, discarded: why. Stable.')
  readonly code?: string;

  @ApiProperty({ type: () => ProblemErrorAnswer, isArray: true, required: false })
  readonly problems?: readonly ProblemErrorAnswer[];

  @optional('Parked, refused, discarded: what came, up to 128 KiB of it.')
  readonly payload?: string;

  @ApiProperty({ enum: ['utf-8', 'base64'], required: false })
  readonly encoding?: 'utf-8' | 'base64';

  @ApiProperty({ type: Boolean, required: false, description: 'Only its beginning was kept.' })
  readonly truncated?: boolean;

  @optional('SHA-256 of what came, hexadecimal.')
  readonly digest?: string;

  @optional('Refused: the parked row as it was found, where it was not what had been parked.')
  readonly altered?: string;

  @ApiProperty({ type: () => DiscardedAnswer, required: false })
  readonly discarded?: DiscardedAnswer;

  @ApiProperty({ type: () => UsageStepAnswer, isArray: true, description: 'Oldest first.' })
  readonly history!: readonly UsageStepAnswer[];
}
