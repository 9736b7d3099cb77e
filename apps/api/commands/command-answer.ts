import { ApiProperty } from '@nestjs/swagger';

export class RecordedEventAnswer {
  @ApiProperty({ example: 'AgreementProposed' })
  readonly type!: string;

  @ApiProperty({ type: 'integer', description: 'Version of the stream after it.' })
  readonly version!: number;

  @ApiProperty({ type: 'integer' })
  readonly shard!: number;

  @ApiProperty({ type: 'integer', description: 'Gapless within the shard.' })
  readonly position!: number;

  @ApiProperty({ description: 'SHA-256 of the entry, hexadecimal.' })
  readonly hash!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  readonly recordedAt!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  readonly effectiveAt!: string;

  @ApiProperty({ type: 'object', additionalProperties: true, description: 'What was decided.' })
  readonly body!: object;
}

/** What a command did. A repeat of the same request gets the same answer. */
export class CommandAnswer {
  @ApiProperty({ description: 'The full id of what it is about.' })
  readonly id!: string;

  @ApiProperty({ type: 'integer', description: 'Version of the stream: its events are counted.' })
  readonly version!: number;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description:
      'Version of the terms that it left, also the ETag: for If-Match of what changes them next. Null: there was ' +
      'nothing to do.',
  })
  readonly termsVersion!: number | null;

  @ApiProperty({ type: 'integer', nullable: true, description: 'Null: there was nothing to do.' })
  readonly shard!: number | null;

  @ApiProperty({ type: 'integer', nullable: true, description: 'For `minPosition` of the views.' })
  readonly position!: number | null;

  @ApiProperty({ type: () => RecordedEventAnswer, isArray: true })
  readonly events!: readonly RecordedEventAnswer[];
}
