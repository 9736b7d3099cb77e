import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { connect, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RecordUsage } from '../../libs/application/record-usage.js';
import { refusedItem } from '../../libs/application/usage-result.js';
import type { ItemResult, UsageEvent } from '../../libs/contract/usage/usage-event.js';
import { apiOver } from '../../tests/support/api-over.js';
import { createApi } from './create-api.js';

const PATIENCE = { silentMs: 800, wholeMs: 800 };
const GOOD_KEY = 'cl_0123456789abcdef';

let app: NestFastifyApplication;
let recorded: string[];
/** How long the ledger takes for one group. */
let recordMs: number;

const record = async (events: readonly UsageEvent[]): Promise<readonly ItemResult[]> => {
  await sleep(recordMs);
  recorded.push(...events.map(({ id }) => id));
  return events.map(({ source, id }) => ({ outcome: 'parked', source, id, reason: 'test' }));
};

const execute = async ({ items }: RecordUsage): Promise<readonly ItemResult[]> => {
  const events = items.flatMap((item) => ('event' in item ? [item.event] : []));
  const results = [...(await record(events))];
  return items.flatMap((item) =>
    'event' in item ? results.splice(0, 1) : [refusedItem(item.refusal)],
  );
};

beforeAll(async () => {
  const keys = {
    find: async (key: string) =>
      key === GOOD_KEY ? { tenant: 'acme', name: 'n', role: 'admin' as const } : null,
  };
  app = await createApi(apiOver({ keys, commands: { execute } }), PATIENCE);
  await app.listen(0, '127.0.0.1');
}, 60_000);
afterAll(() => app.close(), 60_000);
beforeEach(() => {
  [recorded, recordMs] = [[], 0];
});

const event = (id: string) => ({
  ...{ source: 's', id, agreement: 'a', effectiveAt: '2026-01-01T00:00:00Z' },
  ...{ currency: 'USD', amount: '1' },
});
const line = (id: string): string => `${JSON.stringify(event(id))}\n`;

interface Sending {
  readonly socket: Socket;
  /** All that came back, when the server has closed. */
  readonly answer: Promise<string>;
  chunk(text: string): void;
  /** The last of the body; the server may close after its answer. */
  end(): void;
}

/** The head of a request whose body is sent piece by piece. */
const send = async (
  url: string,
  { type = 'application/json', key = GOOD_KEY, connection = 'close' } = {},
): Promise<Sending> => {
  const { port, hostname } = new URL(await app.getUrl());
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  let all = '';
  socket.setEncoding('utf8').on('data', (part: string) => (all += part));
  const answer = new Promise<string>((resolve) => socket.on('close', () => resolve(all)));
  socket.write(
    `POST ${url} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${key}\r\n` +
      `content-type: ${type}\r\nconnection: ${connection}\r\ntransfer-encoding: chunked\r\n\r\n`,
  );
  const chunk = (text: string): void =>
    void socket.write(`${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`);
  return { socket, answer, chunk, end: () => void socket.write('0\r\n\r\n') };
};

const trickle = async ({ socket, chunk }: Sending, text: string, everyMs = 200): Promise<void> => {
  for (const char of text) {
    if (socket.destroyed) return;
    chunk(char);
    await sleep(everyMs);
  }
};

/** Open ones, as the server sees them. */
const connections = (): Promise<number> =>
  new Promise((resolve, reject) =>
    (app.getHttpServer() as Server).getConnections((error, count) =>
      error ? reject(error) : resolve(count),
    ),
  );

const untilRecorded = async (count: number, { socket }: Sending): Promise<void> => {
  while (recorded.length < count && !socket.destroyed) await sleep(50);
};

const SLOWLY = JSON.stringify(event('slow')).slice(0, 20);

describe('a body that trickles', () => {
  it('is given up after a time, and the client is told', async () => {
    const sending = await send('/v1/usage-events', { connection: 'keep-alive' });
    const before = performance.now();
    await trickle(sending, SLOWLY);
    const answer = await sending.answer;
    expect(performance.now() - before).toBeLessThan(4_000);
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer).toMatch(/content-type: application\/problem\+json\r\n/i);
    expect(JSON.parse(answer.split('\r\n\r\n')[1]!)).toMatchObject({
      status: 408,
      code: 'request-timeout',
    });
    expect(recorded).toEqual([]);
  });

  it('does not keep the connection of somebody who was refused at the door', async () => {
    const sending = await send('/v1/usage-events/batch', {
      ...{ key: 'cl_unknown_unknown_', connection: 'keep-alive' },
    });
    await trickle(sending, SLOWLY);
    expect(await sending.answer).toMatch(/^HTTP\/1\.1 401 /);
  });

  it('may take its time on the way to a batch, as long as it moves', async () => {
    const sending = await send('/v1/usage-events/batch');
    const text = JSON.stringify([event('slow-1')]);
    for (const piece of text.match(/.{1,20}/gs)!) {
      sending.chunk(piece);
      await sleep(200);
    }
    sending.end();
    expect(await sending.answer).toMatch(/^HTTP\/1\.1 200 [^]*"counts"/);
  });

  it('is given up when it stops on the way to a batch', async () => {
    const sending = await send('/v1/usage-events/batch');
    sending.chunk('[');
    expect(await sending.answer).toMatch(/^HTTP\/1\.1 408 /);
  });
});

describe('a stream of usage', () => {
  const ndjson = { type: 'application/x-ndjson' };

  it('may last as long as it flows', async () => {
    const sending = await send('/v1/usage-events/batch', ndjson);
    for (let n = 0; n < 10; n += 1) {
      sending.chunk(line(`e-${n}`));
      await sleep(200);
    }
    sending.end();
    expect(await sending.answer).toContain('{"counts":{"recorded":0,"duplicate":0,"parked":10');
  });

  it('is 408 when nothing comes any more, though what came is recorded', async () => {
    const sending = await send('/v1/usage-events/batch', ndjson);
    sending.chunk(line('e-1'));
    expect(await sending.answer).toMatch(/^HTTP\/1\.1 408 [^]*"code":"request-timeout"/);
    expect(recorded).toEqual(['e-1']);
  });

  it('that is answered meanwhile is then cut off without its last line', async () => {
    const sending = await send('/v1/usage-events/batch?answer=all', ndjson);
    sending.chunk(line('e-1'));
    const answer = await sending.answer;
    expect(answer).toMatch(/^HTTP\/1\.1 200 [^]*"line":1,/);
    expect(answer).not.toContain('counts');
    expect(recorded).toEqual(['e-1']);
  });

  it('is 408 when nothing came at all', async () => {
    const sending = await send('/v1/usage-events/batch', ndjson);
    expect(await sending.answer).toMatch(/^HTTP\/1\.1 408 [^]*"code":"request-timeout"/);
  });

  it('is cut off when its answers are not read, also when all of it was sent', async () => {
    const sending = await send('/v1/usage-events/batch?answer=all', ndjson);
    sending.socket.pause();
    let isOpen = true;
    sending.socket.on('close', () => (isOpen = false));
    // Little to send, and answers of 15 MB: no socket holds that.
    for (let n = 0; n < 10; n += 1) sending.chunk('x\n'.repeat(10_000));
    sending.end();
    while ((await connections()) === 0) await sleep(20);
    const before = performance.now();
    // Only reading shows that the server has hung up; by then the answer ends somewhere in the middle.
    while ((await connections()) > 0 && performance.now() - before < 20_000) await sleep(100);
    expect(await connections()).toBe(0);
    sending.socket.resume();
    const answer = await sending.answer;
    expect(isOpen).toBe(false);
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).not.toContain('counts');
  }, 40_000);

  it('is not cut off while it waits for the ledger', async () => {
    recordMs = 1_300;
    const sending = await send('/v1/usage-events/batch?answer=exceptions', ndjson);
    const lines = Array.from({ length: 20_000 }, (_, n) => line(`e-${n}`)).join('');
    for (let at = 0; at < lines.length; at += 60_000) sending.chunk(lines.slice(at, at + 60_000));
    sending.end();
    await untilRecorded(2_000, sending);
    recordMs = 0;
    expect(await sending.answer).toContain('"parked":20000');
  }, 30_000);
});
