import { Controller, Get, Inject, Param } from '@nestjs/common';
import { ApiBearerAuth, ApiParam, ApiTags } from '@nestjs/swagger';
import type { Principal } from '../../../libs/access/principal.js';
import { LEDGER } from '../../../libs/application/tokens.js';
import type { EntryEnvelope, LedgerReader, StreamReader } from '../../../libs/ledger/ledger.js';
import { AllowReaders, Who } from '../http/access.js';
import { QueryParameters, ReadRoute } from '../http/documented.js';
import { EntriesAnswer, EntryAnswer, LedgerAnswer } from '../../../libs/contract/ledger/answers.js';
import { unknown } from '../../../libs/contract/problem.js';
import { WireQuery } from '../http/wire.js';
import { cursorAt, cursorPlace } from './cursor.js';
import { EntriesQuery } from './entries-query.js';
import { pageOf } from './page-of-entries.js';

const PAGE_DEFAULT = 100;

@ApiTags('ledger')
@ApiBearerAuth()
@Controller('v1/ledger')
export class LedgerController {
  constructor(@Inject(LEDGER) private readonly reader: LedgerReader & StreamReader) {}

  @Get()
  @AllowReaders()
  @ReadRoute('The ledger and how far each shard has got', LedgerAnswer)
  async getLedger(): Promise<LedgerAnswer> {
    const { ledgerId, genesisHash, shardCount } = this.reader;
    const heads = await this.reader.heads();
    return { ledgerId, genesisHash, shardCount, heads };
  }

  @Get('events')
  @AllowReaders()
  @QueryParameters(EntriesQuery)
  @ReadRoute('Entries, shard by shard in order of position', EntriesAnswer)
  async listEntries(
    @Who() { tenant }: Principal,
    @WireQuery(EntriesQuery) query: EntriesQuery,
  ): Promise<EntriesAnswer> {
    const limit = query.limit === undefined ? PAGE_DEFAULT : Number(query.limit);
    const { entries, next, isStopped } = await pageOf(this.reader, {
      ...query,
      tenant,
      limit,
      start: cursorPlace(query.cursor),
    });
    return {
      data: entries.map(toAnswer),
      hasMore: next !== null,
      next: next && cursorAt(next.shard, next.position),
      stoppedEarly: isStopped,
    };
  }

  @Get('events/:shard/:position')
  @AllowReaders()
  @ApiParam({ name: 'shard', schema: { type: 'integer', minimum: 0, maximum: 9_999 } })
  @ApiParam({
    name: 'position',
    schema: { type: 'integer', minimum: 1, maximum: 999_999_999_999_999 },
  })
  @ReadRoute('One entry, with the text that was hashed', EntryAnswer)
  async getEntry(
    @Who() { tenant }: Principal,
    @Param('shard') shard: string,
    @Param('position') position: string,
  ): Promise<EntryAnswer> {
    if (!/^\d{1,4}$/.test(shard) || !/^[1-9]\d{0,14}$/.test(position)) throw unknown('entry');
    if (Number(shard) >= this.reader.shardCount) throw unknown('entry');
    const [entry] = await this.reader.readEnvelopes(Number(shard), Number(position) - 1, 1);
    if (!entry || entry.tenant !== tenant) throw unknown('entry');
    return toAnswer(entry);
  }
}

const toAnswer = (entry: EntryEnvelope): EntryAnswer => ({
  shard: entry.shard,
  position: entry.position,
  hash: entry.hash,
  prev: entry.prev,
  stream: `${entry.stream.kind}:${entry.stream.key}`,
  version: entry.version,
  type: entry.event.type,
  source: entry.source,
  id: entry.id,
  actor: entry.actor,
  recordedAt: entry.recordedAt,
  effectiveAt: entry.effectiveAt,
  entry: entry.entry,
});
