import { expect, it } from '@jest/globals';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { RetryParked } from '../../libs/application/retry-parked.js';
import type { Outcome } from '../../libs/ledger/ledger.js';
import { apiOver } from '../../tests/support/api-over.js';
import { createApi } from './create-api.js';
import { drain } from './drain.js';
import { Roles } from '../../libs/host/roles.js';

it('closing waits for the parked usage that a request of the last moment has set going', async () => {
  const [submitted, decided, retried] = [signal(), signal<Outcome>(), signal()];
  const execute = (command: object): Promise<Outcome | void> => {
    if (command instanceof RetryParked) return retried.promise;
    submitted.resolve();
    return decided.promise;
  };
  const keys = { find: async () => ({ tenant: 'acme', name: 'somebody', role: 'admin' as const }) };
  const app = await createApi(apiOver({ keys, commands: { execute } }));
  await app.listen(0, '127.0.0.1');
  const answer = fetch(`${await app.getUrl()}/v1/agreements/a/activation`, {
    method: 'POST',
    headers: {
      authorization: 'Bearer cl_0123456789abcdef',
      'content-type': 'application/json',
      'idempotency-key': 'k',
    },
    body: JSON.stringify({ activatedAt: '2026-01-01T00:00:00Z' }),
  });
  await submitted.promise;
  let closed = false;
  const closing = app.close().then(() => (closed = true));
  await new Promise((resolve) => setTimeout(resolve, 50));
  decided.resolve({ outcome: 'unchanged', version: 1 });
  expect((await answer).status).toBeLessThan(300);
  (app.getHttpServer() as Server).closeAllConnections(); // the client would keep its own alive
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(closed).toBe(false);
  retried.resolve();
  await closing;
}, 20_000);

it('half of a request is cut when HTTP has drained for its time, and not while roles still stop', async () => {
  const keys = { find: async () => null };
  const app = await createApi(apiOver({ keys, commands: { execute: async () => undefined } }));
  await app.listen(0, '127.0.0.1');
  const roles = signal();
  app.get(Roles).beforeApplicationShutdown = () => roles.promise;
  const client = connect(Number(new URL(await app.getUrl()).port), '127.0.0.1');
  let cut = false;
  const ended = new Promise((resolve) => client.once('close', resolve)).then(() => (cut = true));
  client.on('error', () => undefined).write('GET /version HTTP/1.1\r\nHost: x\r\n');
  const closing = drain(app, 100);
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect(cut).toBe(false);
  roles.resolve();
  await closing;
  await ended;
  expect(cut).toBe(true);
}, 20_000);

const signal = <Value = void>() => {
  let resolve!: (value: Value) => void;
  const promise = new Promise<Value>((done) => (resolve = done));
  return { promise, resolve };
};
