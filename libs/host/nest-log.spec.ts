import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { nestLog } from './nest-log.js';

@Module({})
class Failing implements OnApplicationShutdown {
  onApplicationShutdown(): void {
    throw new Error('the brokers did not let go');
  }
}

describe('what NestJS has to say', () => {
  const lines: Record<string, unknown>[] = [];
  const kept = new Writable({
    write: (text: Buffer, _, done) => {
      lines.push(JSON.parse(text.toString()) as Record<string, unknown>);
      done();
    },
  });

  it('is a line of our log: a hook that failed while stopping, with its stack', async () => {
    const app = await NestFactory.createApplicationContext(Failing, { logger: false });
    app.useLogger(nestLog(pino({}, kept)));
    Logger.log('some route was mapped');
    Logger.warn('look out', 'Somewhere');
    await app.close();
    Logger.overrideLogger(false);
    expect(lines).toMatchObject([
      { level: 40, msg: 'look out', by: 'nest', about: ['Somewhere'] },
      {
        ...{ level: 50, msg: 'the brokers did not let go', by: 'nest' },
        err: { stack: expect.stringContaining('onApplicationShutdown') },
      },
    ]);
  });
});
