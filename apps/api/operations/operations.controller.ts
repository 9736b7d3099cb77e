import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiProperty, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { projections } from '../../../libs/projections/all.js';
import { projectionStatus } from '../../../libs/projections/status.js';
import { Public, readableTenant } from '../http/access.js';
import { Problems } from '../http/documented.js';
import { PARTS, type ApiParts } from '../parts.js';

/** A database that does not answer within this time is not ready. */
const PATIENCE_MS = 2_000;

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
  @ApiProperty({ enum: ['intake', 'publisher', 'projector'] })
  readonly role!: string;

  @ApiProperty({ type: Boolean })
  readonly ready!: boolean;

  @ApiProperty({ type: 'object', additionalProperties: true, description: 'What it is doing.' })
  readonly now!: object;
}

export class ReadinessAnswer {
  @ApiProperty({ enum: ['ready', 'not-ready'] })
  readonly status!: 'ready' | 'not-ready';

  @ApiProperty({ enum: ['reachable', 'unreachable'] })
  readonly database!: 'reachable' | 'unreachable';

  @ApiProperty({ type: () => ReadyProjectionAnswer, isArray: true })
  readonly projections!: readonly ReadyProjectionAnswer[];

  @ApiProperty({
    type: () => ReadyRoleAnswer,
    isArray: true,
    description: 'What this process does besides the api; empty in standalone mode.',
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
  constructor(@Inject(PARTS) private readonly parts: ApiParts) {}

  @Get('health/live')
  @Public()
  @ApiOperation({ summary: 'Is the process there?' })
  @ApiResponse({ status: 200, description: 'Yes.', type: LivenessAnswer })
  live(): LivenessAnswer {
    return { status: 'live' };
  }

  @Get('health/ready')
  @Public()
  @ApiOperation({ summary: 'Can it take usage and answer questions?' })
  @ApiResponse({ status: 200, description: 'Yes.', type: ReadinessAnswer })
  @ApiResponse({ status: 503, description: 'Not now.', type: ReadinessAnswer })
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<ReadinessAnswer> {
    const answer = await this.readiness();
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
  async metrics(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const { keys, metrics } = this.parts;
    const text = await metrics.text(await readableTenant(request, keys));
    void reply.type(metrics.registry.contentType);
    return text;
  }

  @Get('version')
  @Public()
  @ApiOperation({ summary: 'What runs here' })
  @ApiResponse({ status: 200, description: 'Name and version.', type: VersionAnswer })
  version(): VersionAnswer {
    return {
      name: 'commitment-ledger',
      version: this.parts.version,
      node: process.versions.node,
    };
  }

  private async readiness(): Promise<ReadinessAnswer> {
    const { pool, reader } = this.parts.views;
    const roles = this.parts.roles?.() ?? [];
    try {
      const statuses = await within(PATIENCE_MS, projectionStatus(pool, reader, projections));
      const served = projections.map(({ name }) => {
        const live = statuses.find((status) => status.name === name && status.state === 'live');
        const serving = !!live && live.stoppedAt.length === 0;
        return { name, serving, lag: live?.lag ?? 0, skipped: live?.skipped ?? 0 };
      });
      const ready = served.every(({ serving }) => serving) && roles.every(({ ready }) => ready);
      return {
        status: ready ? 'ready' : 'not-ready',
        database: 'reachable',
        projections: served,
        roles,
      };
    } catch (error) {
      this.parts.logger.warn({ err: error }, 'not ready');
      return { status: 'not-ready', database: 'unreachable', projections: [], roles };
    }
  }
}

const within = async <Value>(ms: number, work: Promise<Value>): Promise<Value> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
};
