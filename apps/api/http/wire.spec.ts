import 'reflect-metadata';
import { Controller, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  ArrayMinSize,
  ArrayUnique,
  IsIn,
  IsInt,
  IsISO8601,
  IsOptional,
  IsString,
  IsUrl,
  Length,
  Matches,
  ValidateIf,
} from 'class-validator';
import { pino } from 'pino';
import { IsAmount, ListOf } from '../../../libs/contract/validation/decorators.js';
import { DatabaseHealth } from '../../../libs/application/database-health.js';
import { ProblemFilter } from './problem.filter.js';
import { readBodies } from './read-body.js';
import { WireBody } from './wire.js';

class LineBody {
  @IsString()
  @Length(1, 3)
  name!: string;

  @IsOptional()
  @ListOf(() => LineBody, { max: 2 })
  lines?: LineBody[];
}

/** A body that a contributor wrote, of whatever class-validator has. */
class ContributedBody {
  @IsISO8601()
  at!: string;

  @IsIn(['mail', 'hook'])
  by!: string;

  @ValidateIf(({ by }: ContributedBody) => by === 'hook')
  @IsUrl()
  url?: string;

  @IsOptional()
  @Matches(/^#[0-9a-f]{6}$/)
  colour?: string;

  @IsOptional()
  @ArrayMinSize(1)
  @IsInt({ each: true })
  days?: number[];

  /** Throws where an item has no name. */
  @IsOptional()
  @ArrayUnique(({ name }: LineBody) => name.trim())
  tags?: object[];

  @IsOptional()
  @IsAmount({ sign: 'positive' })
  above?: string;

  @IsOptional()
  @ListOf(() => LineBody, { max: 2 })
  lines?: LineBody[];
}

@Controller('contributed')
class ContributedController {
  @Post()
  take(@WireBody(ContributedBody) body: ContributedBody): { readonly taken: ContributedBody } {
    return { taken: body };
  }
}

@Module({ controllers: [ContributedController] })
class ContributedModule {}

let app: NestFastifyApplication;
beforeAll(async () => {
  const adapter = new FastifyAdapter();
  readBodies(adapter.getInstance(), () => Promise.resolve());
  app = await NestFactory.create<NestFastifyApplication>(ContributedModule, adapter, {
    bodyParser: false,
    logger: false,
  });
  app.useGlobalFilters(
    new ProblemFilter(pino({ level: 'silent' }), new DatabaseHealth({} as never)),
  );
  await app.init();
});
afterAll(() => app.close());

const RIGHT = {
  at: '2026-11-28T10:00:00Z',
  by: 'mail',
  days: [1, 2],
  lines: [{ name: 'a', lines: [{ name: 'bcd' }] }],
};

const post = async (payload: string) => {
  const headers = { 'content-type': 'application/json' };
  const answer = await app.inject({ method: 'POST', url: '/contributed', headers, payload });
  return { status: answer.statusCode, json: answer.json<Record<string, unknown>>() };
};

describe('a route whose body has decorators of class-validator', () => {
  it('takes what they take, without what is null', async () => {
    expect(await post(JSON.stringify({ ...RIGHT, colour: null }))).toEqual({
      status: 201,
      json: { taken: RIGHT },
    });
  });

  it.each<[object, string, string]>([
    [{ at: 'noon' }, 'invalid-is-iso8601', '/at'],
    [{ by: 'post' }, 'value-unknown', '/by'],
    [{ by: 'hook' }, 'member-missing', '/url'],
    [{ by: 'hook', url: 'no url' }, 'invalid-is-url', '/url'],
    [{ colour: 'red' }, 'invalid-matches', '/colour'],
    [{ days: [] }, 'list-too-short', '/days'],
    [{ days: [1, 1.5] }, 'invalid-is-int', '/days/1'],
    [{ above: '0' }, 'amount-not-positive', '/above'],
    [
      { lines: [{ name: 'a', lines: [{ name: 'long' }] }] },
      'invalid-is-length',
      '/lines/0/lines/0/name',
    ],
    [{ lines: [[]] }, 'not-an-object', '/lines/0'],
    [{ lines: [{ name: 7 }] }, 'not-text', '/lines/0/name'],
    [{ tags: [{}] }, 'unjudged', '/tags'],
    [{ constructed: 1 }, 'member-unknown', '/constructed'],
    [{ lines: [null, 1] }, 'member-missing', '/lines/0'],
  ])('refuses %j as %s', async (change, code, pointer) => {
    const { status, json } = await post(JSON.stringify({ ...RIGHT, ...change }));
    expect({ status, code: json['code'] }).toEqual({ status: 422, code });
    expect(json['errors']).toMatchObject([{ code, pointer }]);
  });

  it('refuses what is nested however deep', async () => {
    const deep = (levels: number) =>
      `{"name":"a","lines":[${'{"name":"a","lines":['.repeat(levels)}${']}'.repeat(levels)}]}`;
    for (const levels of [5, 10_000, 30_000]) {
      const { status, json } = await post(
        JSON.stringify(RIGHT).replace(/\[\{.*\]/, `[${deep(levels)}]`),
      );
      expect({ levels, status, code: json['code'] }).toEqual(
        levels === 5
          ? { levels, status: 201, code: undefined }
          : { levels, status: 400, code: 'json-too-deep' },
      );
    }
  });
});
