import { ApiProperty } from '@nestjs/swagger';
import { OUTCOMES } from '../../../libs/application/inbox/kept-usage.js';
import { ProblemErrorAnswer } from '../http/documented.js';

const nullable = (description: string, type: typeof String | 'integer' = String) =>
  ApiProperty({ type, nullable: true, description });

const nullableTime = (description: string) =>
  ApiProperty({ type: String, format: 'date-time', nullable: true, description });

/** Who gave it up, when and why. */
export class DiscardedAnswer {
  @ApiProperty({ type: String, format: 'date-time' })
  readonly at!: string;

  @ApiProperty()
  readonly by!: string;

  @ApiProperty()
  readonly reason!: string;
}

/** What was taken and is not in the ledger. */
export class KeptUsageAnswer {
  @ApiProperty({ enum: OUTCOMES })
  readonly outcome!: (typeof OUTCOMES)[number];

  @nullable('The number of the refusal; null: it is parked.', 'integer')
  readonly refusal!: number | null;

  @nullable('Null: what came did not say, or could not be read.')
  readonly source!: string | null;

  @nullable('Null: what came did not say, or could not be read.')
  readonly id!: string | null;

  @nullable('Null: what came did not say, or could not be read.')
  readonly agreement!: string | null;

  @ApiProperty({ description: 'How it came: http, file or kafka.' })
  readonly channel!: string;

  @ApiProperty({
    description: 'Why it waits or was refused. Stable.',
    example: 'usage-outside-term',
  })
  readonly code!: string;

  @ApiProperty({ description: 'JSON pointer.' })
  readonly pointer!: string;

  @ApiProperty()
  readonly message!: string;

  @nullable('Whose key, process or command sent it.')
  readonly sentBy!: string | null;

  @ApiProperty({ type: String, format: 'date-time', description: 'When it came first.' })
  readonly since!: string;

  @ApiProperty({ type: String, format: 'date-time', description: 'When it came last.' })
  readonly lastSeen!: string;

  @ApiProperty({ type: 'integer', description: 'How often it came.' })
  readonly times!: number;

  @ApiProperty({ type: 'integer', description: 'How often it was tried while it was parked.' })
  readonly attempts!: number;

  @nullableTime('When it is tried again by itself; null: never.')
  readonly nextTry!: string | null;

  @nullable('SHA-256 of what came, hexadecimal.')
  readonly digest!: string | null;

  @ApiProperty({ type: Boolean, description: 'Only the beginning of what came was kept.' })
  readonly truncated!: boolean;

  @ApiProperty({
    type: () => DiscardedAnswer,
    required: false,
    description: 'Of what was given up.',
  })
  readonly discarded?: DiscardedAnswer;
}

export class KeptItemAnswer extends KeptUsageAnswer {
  @nullable('The first 200 characters of what came.')
  readonly excerpt!: string | null;
}

export class KeptListAnswer {
  @ApiProperty({ type: () => KeptItemAnswer, isArray: true })
  readonly data!: readonly KeptItemAnswer[];

  @ApiProperty({ type: Boolean })
  readonly hasMore!: boolean;

  @ApiProperty({ type: String, nullable: true })
  readonly next!: string | null;
}

export class RefusalAnswer extends KeptUsageAnswer {
  @ApiProperty({ type: () => ProblemErrorAnswer, isArray: true })
  readonly problems!: readonly ProblemErrorAnswer[];

  @nullable('What came, up to 128 KiB of it.')
  readonly payload!: string | null;

  @ApiProperty({ enum: ['utf-8', 'base64'], description: 'base64: what came is no text.' })
  readonly encoding!: 'utf-8' | 'base64';

  @nullableTime('When it was parked, if it was.')
  readonly parkedAt!: string | null;

  @nullable('What it waited for last, if it was parked.')
  readonly parkedFor!: string | null;

  @nullable('The parked row as it was found, where it was not what had been parked.')
  readonly altered!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    enum: ['recorded', 'duplicate', 'refused', 'discarded', null],
    description: 'What it became when it was tried again or given up; refused: for another reason.',
  })
  readonly settledAs!: string | null;
}
