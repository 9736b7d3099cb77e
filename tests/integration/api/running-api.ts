import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type pg from 'pg';
import { pino } from 'pino';
import { createApi } from '../../../apps/api/create-api.js';
import { ARRIVAL_LIMITS } from '../../../apps/api/http/arrival.js';
import type { Role } from '../../../libs/access/principal.js';
import type { Observer } from '../../../libs/application/observer.js';
import { deciders as soundDeciders } from '../../../libs/domain/aggregates.js';
import type { Deciders } from '../../../libs/ledger/ledger.js';
import { PostgresLedger } from '../../../libs/ledger/postgres/postgres-ledger.js';
import { projections } from '../../../libs/projections/all.js';
import { startProjector } from '../../../libs/projections/engine/projector.js';
import { createApiKey, databaseKeys } from '../../../libs/access/api-keys.js';
import { createPool } from '../../../libs/host/pool.js';
import { apiOver } from '../../support/api-over.js';
import { documentedBy, type Documented } from './json-schema.js';
import type { ParsedJson } from '../../support/parsed-json.js';
import { testDatabase } from '../../support/database.js';

/** An api over a database of its own, with its projector, and a key per role. */
export interface RunningApi {
  readonly app: NestFastifyApplication;
  readonly base: string;
  readonly ledger: PostgresLedger;
  readonly pool: pg.Pool;
  readonly owner: pg.Pool;
  readonly keys: Readonly<Record<Role | 'stranger', string>>;
  /** What is served, described; every answer to `send` is held against it. */
  readonly documented: Documented;
  /** Sends a request; JSON bodies are written, all else is sent as it is. Throws where the answer is not as described. */
  send(request: ApiRequest): Promise<ApiResponse>;
  /** A command as the operator, under a key of its own unless one is given. */
  command(url: string, body: unknown, options?: CommandOptions): Promise<ApiResponse>;
  get(url: string, as?: Role | 'stranger'): Promise<ApiResponse>;
  close(): Promise<void>;
}

export interface ApiRequest {
  readonly method?: 'GET' | 'POST' | 'HEAD' | 'PUT' | 'DELETE' | 'PATCH';
  readonly url: string;
  readonly as?: Role | 'stranger' | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface CommandOptions {
  readonly as?: Role | 'stranger';
  readonly key?: string;
  readonly version?: number;
  /** As it is sent. */
  readonly ifMatch?: string;
}

export interface ApiResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly json: ParsedJson;
}

export interface ApiOptions {
  readonly deciders?: Deciders;
  readonly onFault?: Observer['onFault'];
  /** See createPool. */
  readonly queryMsMax?: number;
  /** Registered for acme before anything else: agreements are between parties that are there. */
  readonly parties?: readonly string[];
  /** Folder of the dashboard; without one none is served. */
  readonly site?: string;
}

export const startApi = async ({
  deciders = soundDeciders,
  onFault = () => undefined,
  queryMsMax,
  parties = ['amazon', 'anthropic'],
  site,
}: ApiOptions = {}): Promise<RunningApi> => {
  const database = await testDatabase();
  const owner = createPool(database.ownerUrl, { max: 2 });
  const pool = createPool(database.runtimeUrl, queryMsMax === undefined ? {} : { queryMsMax });
  const ledger = await PostgresLedger.open({ url: database.runtimeUrl, pool, deciders });
  const projector = await startProjector({ pool, reader: ledger, projections });
  const logger = pino({ level: process.env['LEDGER_LOG_LEVEL'] ?? 'silent' });
  const given = { ledger, pool, keys: databaseKeys(pool), logger, observer: { onFault } };
  const app = await createApi(apiOver(given), ARRIVAL_LIMITS, site ?? null);
  await app.listen(0, '127.0.0.1');
  const base = await app.getUrl();
  const documented = documentedBy((await app.inject({ url: '/openapi.json' })).json());
  const keyOf = (role: Role, tenant: string): Promise<string> =>
    createApiKey(owner, { tenant, name: `${role}-of-${tenant}`, role });
  const keys = {
    poster: await keyOf('poster', 'acme'),
    operator: await keyOf('operator', 'acme'),
    approver: await keyOf('approver', 'acme'),
    auditor: await keyOf('auditor', 'acme'),
    admin: await keyOf('admin', 'acme'),
    stranger: await keyOf('admin', 'other'),
  };
  const send = async ({ method = 'POST', url, as = 'admin', headers, body }: ApiRequest) => {
    const isJson = body !== undefined && typeof body !== 'string' && !Buffer.isBuffer(body);
    const response = await fetch(base + url, {
      method,
      headers: {
        ...(as === null ? {} : { authorization: `Bearer ${keys[as]}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isJson ? JSON.stringify(body) : (body as string) }),
    });
    const answer = {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      text: await response.text(),
    };
    const faults = method === 'HEAD' ? null : documented.answered(method, url, answer);
    if (faults !== null && faults.length > 0) throw new Error(faults.join('\n'));
    return {
      ...answer,
      get json() {
        return JSON.parse(answer.text) as unknown;
      },
    };
  };
  let sent = 0;
  for (const id of parties) {
    const registered = await send({
      url: '/v1/parties',
      body: { id, name: id, kinds: ['vendor', 'customer', 'investor'] },
      headers: { 'idempotency-key': `party-${id}` },
    });
    if (registered.status !== 201) throw new Error(registered.text);
  }
  return {
    app,
    base,
    documented,
    ledger,
    pool,
    owner,
    keys,
    send,
    command: (url, body, { as = 'operator', key, version, ifMatch } = {}) =>
      send({
        url,
        body,
        as,
        headers: {
          'idempotency-key': key ?? `test-${(sent += 1)}`,
          ...(version === undefined ? {} : { 'if-match': `"${version}"` }),
          ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
        },
      }),
    get: (url, as = 'auditor') => send({ method: 'GET', url, as }),
    close: async () => {
      await app.close();
      await projector.stop();
      await ledger.close();
      await pool.end();
      await owner.end();
      await database.drop();
    },
  };
};
