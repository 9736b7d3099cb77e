import { Controller, Get, Req, Res, StreamableFile } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import type { Principal } from '../../../libs/access/principal.js';
import { headerValues } from '../../../libs/contract/header-values.js';
import { Problem } from '../../../libs/contract/problem.js';
import { PLACE } from '../../../libs/live/place.js';
import { AllowReaders, Who } from '../http/access.js';
import { WireQuery } from '../http/wire.js';
import { StreamRoute } from './documented-stream.js';
import { LiveStreams } from './live-streams.js';
import { StreamQuery } from './stream-query.js';

@ApiTags('ledger')
@ApiBearerAuth()
@Controller('v1/stream')
export class StreamController {
  constructor(private readonly streams: LiveStreams) {}

  @Get()
  @AllowReaders()
  @StreamRoute()
  async streamNews(
    @Who() { tenant }: Principal,
    @WireQuery(StreamQuery) query: StreamQuery,
    @Req() { raw }: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const { types = 'entry,view', agreementId = null, commitmentId = null } = query;
    const interest = {
      ...{ tenant, agreementId, commitmentId },
      entries: types.includes('entry'),
      views: types.includes('view'),
    };
    const at = lastEventIdOf(raw) ?? query.from ?? null;
    // A HEAD request is answered without the stream.
    if (raw.method === 'HEAD') return answering(Readable.from([]));
    const { headers, rawHeaders } = raw;
    const stream = await this.streams.open(interest, at, { headers, rawHeaders });
    if (reply.raw.destroyed) stream.destroy();
    reply.raw.once('close', () => stream.destroy());
    return answering(stream);
  }
}

const answering = (stream: Readable): StreamableFile =>
  new StreamableFile(stream, { type: 'text/event-stream' });

/** Null: this is not somebody who comes back. */
const lastEventIdOf = (request: FastifyRequest['raw']): string | null => {
  const [given, ...more] = headerValues(request, 'last-event-id');
  if (given === undefined) return null;
  if (more.length > 0 || !PLACE.test(given))
    throw new Problem(
      400,
      'last-event-id-malformed',
      'Last-Event-ID is the id of the last event that you got, as it was sent',
    );
  return given;
};
