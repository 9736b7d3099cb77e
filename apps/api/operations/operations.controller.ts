import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiKeys } from '../../../libs/access/api-keys.js';
import { readableTenant } from '../../../libs/access/credential.js';
import { Public } from '../http/access.js';
import { RETRY_AFTER } from '../http/documented-headers.js';
import { OnlyProblems, Problems, documented } from '../http/documented.js';
import type { Metrics } from '../../../libs/host/metrics.js';
import {
  LivenessAnswer,
  ReadinessAnswer,
  VersionAnswer,
} from '../../../libs/host/operations/answer.js';
import { Readiness } from '../../../libs/host/operations/readiness.js';
import { METRICS } from '../../../libs/host/tokens.js';
import { VERSION } from '../../../libs/host/version.js';

@ApiTags('operations')
@Controller()
export class OperationsController {
  constructor(
    private readonly readiness: Readiness,
    private readonly keys: ApiKeys,
    @Inject(METRICS) private readonly metrics: Metrics,
  ) {}

  @Get('health/live')
  @Public()
  @ApiOperation({ summary: 'Is the process there?' })
  @ApiResponse({ status: 200, description: 'Yes.', schema: documented(LivenessAnswer) })
  @OnlyProblems(405)
  getLiveness(): LivenessAnswer {
    return { status: 'live' };
  }

  @Get('health/ready')
  @Public()
  @ApiOperation({
    summary: 'Can it take usage and answer questions?',
    description:
      '200 when every role of the process can do its work, 503 otherwise. With a broker away the api still can, and so ' +
      '`role=api` is what a load balancer of HTTP asks. `access=read` passes over a database that takes no writes.',
  })
  @ApiQuery({
    name: 'role',
    required: false,
    description: 'Of this role only; 404 where the process does not have it.',
    enum: ['api', 'intake', 'publisher', 'projector'],
  })
  @ApiQuery({ name: 'access', required: false, enum: ['read', 'write'] })
  @ApiResponse({ status: 200, description: 'Yes.', schema: documented(ReadinessAnswer) })
  @ApiResponse({
    status: 503,
    description: 'Not now.',
    headers: RETRY_AFTER,
    schema: documented(ReadinessAnswer),
  })
  @Problems(400, 404)
  async getReadiness(
    @Query() query: Readonly<Record<string, unknown>>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReadinessAnswer> {
    const answer = await this.readiness.look(query);
    if (answer.status === 'not-ready') void reply.status(503).header('retry-after', '2');
    return answer;
  }

  @Get('metrics')
  @Public()
  @ApiOperation({
    summary: 'Metrics for Prometheus',
    description:
      'Open to everybody, but for the series that name commitments: these are there with a key of their tenant ' +
      'whose role may read.',
  })
  @ApiProduces('text/plain')
  @ApiResponse({
    status: 200,
    description: 'Prometheus text format.',
    content: { 'text/plain': { schema: { type: 'string' } } },
  })
  @Problems(401)
  async getMetrics(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const text = await this.metrics.text(await readableTenant(request.raw, this.keys));
    void reply.type(this.metrics.registry.contentType);
    return text;
  }

  @Get('version')
  @Public()
  @ApiOperation({ summary: 'What runs here' })
  @ApiResponse({ status: 200, description: 'Name and version.', schema: documented(VersionAnswer) })
  @OnlyProblems(405)
  getVersion(): VersionAnswer {
    return {
      name: 'commitment-ledger',
      version: VERSION,
      node: process.versions.node,
    };
  }
}
