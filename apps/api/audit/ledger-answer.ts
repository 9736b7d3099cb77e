import { IsOptional } from 'class-validator';
import { About, IsInstant, IsText } from '../../../libs/contract/validation/decorators.js';
import { ApiProperty } from '@nestjs/swagger';
import { IsNumberText } from '../http/query-rules.js';
import { CURSOR } from './cursor.js';

export class EntriesQuery {
  @About('`next` of the page before.', { pattern: CURSOR.source })
  @IsOptional()
  @IsText(200)
  cursor?: string;

  @About(
    'Entries a page, default 100. The last page has fewer, and one that was `stoppedEarly`: go by `hasMore`.',
  )
  @IsOptional()
  @IsNumberText(1, 1000)
  limit?: string;

  @About('Only events of this type.', { example: 'DrawdownRecorded' })
  @IsOptional()
  @IsText(64)
  type?: string;

  @About('Only this stream.', { example: 'agreement:amazon-anthropic' })
  @IsOptional()
  @IsText(200)
  stream?: string;

  @About('Only what was recorded at this instant or later.')
  @IsOptional()
  @IsInstant()
  from?: string;

  @About('Only what was recorded before this instant.')
  @IsOptional()
  @IsInstant({ after: 'from' })
  to?: string;
}

export class EntryAnswer {
  @ApiProperty({ type: 'integer' })
  readonly shard!: number;

  @ApiProperty({ type: 'integer', description: 'Gapless within the shard, from 1.' })
  readonly position!: number;

  @ApiProperty({
    description: 'SHA-256 of a zero byte and the UTF-8 bytes of `entry`, hexadecimal.',
  })
  readonly hash!: string;

  @ApiProperty({ description: 'Hash of the position before; the genesis hash at position 1.' })
  readonly prev!: string;

  @ApiProperty({ description: 'kind:key' })
  readonly stream!: string;

  @ApiProperty({ type: 'integer' })
  readonly version!: number;

  @ApiProperty()
  readonly type!: string;

  @ApiProperty()
  readonly source!: string;

  @ApiProperty()
  readonly id!: string;

  @ApiProperty()
  readonly actor!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  readonly recordedAt!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  readonly effectiveAt!: string;

  @ApiProperty({ description: 'The text that was hashed, as it is stored.' })
  readonly entry!: string;
}

export class EntriesAnswer {
  @ApiProperty({ type: () => EntryAnswer, isArray: true })
  readonly data!: readonly EntryAnswer[];

  @ApiProperty({ type: Boolean })
  readonly hasMore!: boolean;

  @ApiProperty({ type: String, nullable: true })
  readonly next!: string | null;

  @ApiProperty({
    type: Boolean,
    description:
      'The page is not full, and more may follow: so much was looked through that the rest is a question of its own.',
  })
  readonly stoppedEarly!: boolean;
}

export class HeadAnswer {
  @ApiProperty({ type: 'integer' })
  readonly shard!: number;

  @ApiProperty({ type: 'integer' })
  readonly epoch!: number;

  @ApiProperty({ type: 'integer' })
  readonly position!: number;

  @ApiProperty()
  readonly hash!: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  readonly recordedAt!: string | null;
}

export class LedgerAnswer {
  @ApiProperty()
  readonly ledgerId!: string;

  @ApiProperty()
  readonly genesisHash!: string;

  @ApiProperty({ type: 'integer' })
  readonly shardCount!: number;

  @ApiProperty({ type: () => HeadAnswer, isArray: true })
  readonly heads!: readonly HeadAnswer[];
}
