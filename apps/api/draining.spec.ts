import { expect, it } from '@jest/globals';
import type { Server } from 'node:http';
import { RetryParked } from '../../libs/application/retry-parked.js';
import type { Outcome } from '../../libs/ledger/ledger.js';
import { apiOver } from '../../tests/support/api-over.js';
import { createApi } from './create-api.js';

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

const signal = <Value = void>() => {
  let resolve!: (value: Value) => void;
  const promise = new Promise<Value>((done) => (resolve = done));
  return { promise, resolve };
};
