import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { once } from 'node:events';
import { connect } from 'node:net';
import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import type { RecordUsage } from '../../libs/application/record-usage.js';
import { refusedItem } from '../../libs/application/usage-result.js';
import type { ItemResult, UsageEvent } from '../../libs/contract/usage/usage-event.js';
import { apiOver } from '../../tests/support/api-over.js';
import { createApi } from './create-api.js';

let app: NestFastifyApplication;
let logged: { readonly level: number; readonly msg: string }[];
let fault: Error | null;

const record = async (events: readonly UsageEvent[]): Promise<readonly ItemResult[]> => {
  await sleep(100);
  if (fault) throw fault;
  return events.map(({ source, id }) => ({ outcome: 'parked', source, id, reason: 'test' }));
};

const log = new Writable({
  write: (text: Buffer, _encoding, done) => {
    logged.push(JSON.parse(text.toString()));
    done();
  },
});

const execute = async ({ items }: RecordUsage): Promise<readonly ItemResult[]> => {
  const events = items.flatMap((item) => ('event' in item ? [item.event] : []));
  const results = [...(await record(events))];
  return items.flatMap((item) =>
    'event' in item ? results.splice(0, 1) : [refusedItem(item.refusal)],
  );
};

beforeAll(async () => {
  const keys = { find: async () => ({ tenant: 'acme', name: 'n', role: 'admin' as const }) };
  const logger = pino({ level: 'debug' }, log);
  app = await createApi(apiOver({ keys, commands: { execute }, logger }));
  await app.listen(0, '127.0.0.1');
}, 60_000);
afterAll(() => app.close(), 60_000);
beforeEach(() => {
  [logged, fault] = [[], null];
});

const EVENT = JSON.stringify({
  ...{ source: 's', id: 'i', agreement: 'a', effectiveAt: '2026-01-01T00:00:00Z' },
  ...{ currency: 'USD', amount: '1' },
});

/** Sends this much of a body that was to be longer, and hangs up. */
const hangUp = async (
  url: string,
  type: string,
  text: string,
  { length = 10_000, how = 'destroy' as 'destroy' | 'resetAndDestroy' | 'end', afterMs = 50 } = {},
): Promise<void> => {
  const { port, hostname } = new URL(await app.getUrl());
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined).resume();
  await once(socket, 'connect');
  socket.write(
    `POST ${url} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer cl_0123456789abcdef\r\n` +
      `content-type: ${type}\r\ncontent-length: ${length}\r\n\r\n${text}`,
  );
  await sleep(afterMs);
  socket[how]();
  await sleep(200);
};

/** Warnings and worse: what somebody would be woken for. The line that every request has is none. */
const complaints = (): readonly string[] =>
  logged.flatMap(({ level, msg }) => (level > 30 ? [msg] : []));

describe('a client that goes away', () => {
  const NDJSON = 'application/x-ndjson';

  it.each([
    ['in the middle of an event', '/v1/usage-events', 'application/json', EVENT.slice(0, 20)],
    ['in the middle of a batch', '/v1/usage-events/batch', 'application/json', `[${EVENT},`],
    ['before the first line', '/v1/usage-events/batch', NDJSON, EVENT.slice(0, 20)],
    ['while its lines are recorded', '/v1/usage-events/batch', NDJSON, `${EVENT}\n${EVENT}\n`],
  ])('%s is no error of ours', async (_, url, type, text) => {
    for (const how of ['destroy', 'resetAndDestroy', 'end'] as const)
      await hangUp(url, type, text, { how });
    await hangUp(url, type, text, { afterMs: 170 });
    expect(complaints()).toEqual([]);
  });

  it('before its answer is no error of ours', async () => {
    await hangUp('/v1/usage-events', 'application/json', EVENT, { length: EVENT.length });
    expect(complaints()).toEqual([]);
  });

  it('does not hide what is one', async () => {
    fault = Object.assign(new Error('Connection reset'), { code: 'ECONNRESET' });
    await hangUp('/v1/usage-events', 'application/json', EVENT, { length: EVENT.length });
    expect(complaints()).toEqual(['no database']);
    fault = new Error('a bug');
    await hangUp('/v1/usage-events', 'application/json', EVENT, { length: EVENT.length });
    expect(complaints()).toEqual(['no database', 'request failed']);
  });
});
