import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import type { Contestant, Opened } from './contest.js';
import { peerEvent } from './payload.js';
import { installedPeer } from './peers.js';
import type { BenchServer } from './server.js';

/** What we use of @event-driven-io/emmett-postgresql. Not imported as types: it is not installed with the product. */
interface EmmettStore {
  appendToStream(stream: string, events: readonly unknown[]): Promise<unknown>;
  schema: { migrate(): Promise<unknown> };
  close(): Promise<void>;
}
interface Emmett {
  getPostgreSQLEventStore(url: string, options?: unknown): EmmettStore;
}

const loadEmmett = async (root: string): Promise<{ emmett: Emmett; version: string }> => {
  const { folder, version } = installedPeer(root, '@event-driven-io/emmett-postgresql');
  const main = pathToFileURL(join(folder, 'dist', 'index.js')).href;
  return { emmett: (await import(main)) as Emmett, version };
};

/**
 * Emmett at its best for this load: every call a stream of its own, as many connections as callers, schema
 * made before the clock starts.
 */
export const emmett = async (
  root: string,
  server: BenchServer,
  callers: number,
  eventsPerCall: number,
): Promise<Contestant> => {
  const { emmett: library, version } = await loadEmmett(root);
  return {
    side: `emmett-postgresql ${version}`,
    note: `${callers} connections, one stream per call, no dedupe, no chain, no decision`,
    open: async (): Promise<Opened> => {
      const url = await server.emptyDatabase();
      const pool = new pg.Pool({ connectionString: url, max: callers });
      // Dropping the database cuts off connections that are still closing.
      pool.on('error', () => undefined);
      const connectionOptions = { pool };
      const maker = library.getPostgreSQLEventStore(url, { connectionOptions });
      await maker.schema.migrate();
      const store = library.getPostgreSQLEventStore(url, {
        connectionOptions,
        schema: { autoMigration: 'None' },
      });
      await server.checkpoint();
      return {
        call: async (caller, call) => {
          const events = Array.from({ length: eventsPerCall }, (_, index) =>
            peerEvent(`${caller}-${call}-${index}`),
          );
          await store.appendToStream(`usage-${caller}-${call}`, events);
          return eventsPerCall;
        },
        close: async () => {
          await store.close();
          if (!pool.ended) await pool.end();
          await server.drop(url);
        },
      };
    },
  };
};
