import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import {
  ApiOperation,
  ApiProduces,
  ApiProperty,
  ApiQuery,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { WRITE_TROUBLES } from '../../../libs/application/database-fault.js';
import { ApiKeys } from '../../../libs/access/api-keys.js';
import { readableTenant } from '../../../libs/access/credential.js';
import { Public } from '../http/access.js';
import { RETRY_AFTER } from '../http/documented-headers.js';
import { OnlyProblems, Problems } from '../http/documented.js';
import type { Metrics } from '../../../libs/host/metrics.js';
import { Readiness } from '../../../libs/host/operations/readiness.js';
import { METRICS } from '../../../libs/host/tokens.js';
import { VERSION } from '../../../libs/host/version.js';

export class LivenessAnswer {
  @ApiProperty({ enum: ['live'] })
  readonly status!: 'live';
}

export class ReadyProjectionAnswer {
  @ApiProperty()
  readonly name!: string;

  @ApiProperty({ type: Boolean, description: 'Built, and not stopped by an event it cannot fold.' })
  readonly serving!: boolean;

  @ApiProperty({ type: 'integer', description: 'Events behind the ledger.' })
  readonly lag!: number;

  @ApiProperty({
    type: 'integer',
    description: 'Events that it lacks, because somebody decided to pass over them.',
  })
  readonly skipped!: number;
}

export class ReadyRoleAnswer {
  @ApiProperty({ enum: ['api', 'intake', 'publisher', 'projector'] })
  readonly role!: string;

  @ApiProperty({ type: Boolean })
  readonly ready!: boolean;

  @ApiProperty({ type: String, nullable: true, description: 'Why it is not ready.' })
  readonly reason!: string | null;

  @ApiProperty({ type: 'object', additionalProperties: true, description: 'What it is doing.' })
  readonly now!: object;
}

export class ReadinessAnswer {
  @ApiProperty({ enum: ['ready', 'not-ready'] })
  readonly status!: 'ready' | 'not-ready';

  @ApiProperty({ enum: ['reachable', 'unreachable'] })
  readonly database!: 'reachable' | 'unreachable';

  @ApiProperty({ type: Boolean, description: 'Questions can be answered.' })
  readonly readable!: boolean;

  @ApiProperty({
    type: Boolean,
    description:
      'What is sent can be recorded. A full disk is known from the first write that it refused, until there is room.',
  })
  readonly writable!: boolean;

  @ApiProperty({
    type: String,
    nullable: true,
    enum: ['database-away', ...Object.keys(WRITE_TROUBLES), null],
    description: 'Why the database cannot be read or written.',
  })
  readonly reason!: string | null;

  @ApiProperty({ type: () => ReadyProjectionAnswer, isArray: true })
  readonly projections!: readonly ReadyProjectionAnswer[];

  @ApiProperty({
    type: () => ReadyRoleAnswer,
    isArray: true,
    description: 'What this process does: the roles asked about.',
  })
  readonly roles!: readonly ReadyRoleAnswer[];
}

export class VersionAnswer {
  @ApiProperty()
  readonly name!: string;

  @ApiProperty()
  readonly version!: string;

  @ApiProperty()
  readonly node!: string;
}

@ApiTags('operations')
@Controller()
export class OperationsController {
  constructor(
    private readonly readiness: Readiness,
    private readonly keys: ApiKeys,
    @Inject(METRICS) private readonly metrics: Metrics,
  ) {
    readiness.countApi();
  }

  @Get('health/live')
  @Public()
  @ApiOperation({ summary: 'Is the process there?' })
  @ApiResponse({ status: 200, description: 'Yes.', type: LivenessAnswer })
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
  @ApiResponse({ status: 200, description: 'Yes.', type: ReadinessAnswer })
  @ApiResponse({
    status: 503,
    description: 'Not now.',
    headers: RETRY_AFTER,
    type: ReadinessAnswer,
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
  @ApiResponse({ status: 200, description: 'Name and version.', type: VersionAnswer })
  @OnlyProblems(405)
  getVersion(): VersionAnswer {
    return {
      name: 'commitment-ledger',
      version: VERSION,
      node: process.versions.node,
    };
  }
}
