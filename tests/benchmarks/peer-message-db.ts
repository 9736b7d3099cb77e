import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { Contestant, Opened } from './contest.js';
import { peerEvent } from './payload.js';
import { installedPeer } from './peers.js';
import type { BenchServer } from './server.js';

/** What `database/install.sh` of the package runs, without what needs psql, a role or an extension that is in the core. */
const SCRIPTS = [
  'schema/message-store',
  'tables/messages',
  'types/message',
  'functions/message-store-version',
  'functions/hash-64',
  'functions/acquire-lock',
  'functions/category',
  'functions/is-category',
  'functions/id',
  'functions/cardinal-id',
  'functions/stream-version',
  'functions/write-message',
  'indexes/messages-id',
  'indexes/messages-stream',
  'indexes/messages-category',
];

const WRITE = `SELECT write_message(m.id, $1, 'DrawdownRecorded', m.data)
               FROM unnest($2::text[], $3::jsonb[]) AS m (id, data)`;

/**
 * message-db: every call a stream of its own in one category, whose lock it takes; a call of several messages is one
 * statement, because its interface takes one message. As many connections as callers.
 */
export const messageDb = (
  root: string,
  server: BenchServer,
  callers: number,
  eventsPerCall: number,
): Contestant => {
  const { folder, version } = installedPeer(root, '@eventide/message-db');
  return {
    side: `message-db ${version}`,
    note: `${callers} connections, one stream per call in one category, unique ids, no chain, no decision`,
    open: async (): Promise<Opened> => {
      const url = await server.emptyDatabase();
      const pool = new pg.Pool({
        connectionString: url,
        max: callers,
        options: '-c search_path=message_store,public -c client_min_messages=warning',
      });
      // Dropping the database cuts off connections that are still closing.
      pool.on('error', () => undefined);
      for (const script of SCRIPTS)
        await pool.query(readFileSync(join(folder, 'database', `${script}.sql`), 'utf8'));
      await server.checkpoint();
      return {
        call: async (caller, call) => {
          const ids = Array.from({ length: eventsPerCall }, () => randomUUID());
          const data = ids.map((_, index) =>
            JSON.stringify(peerEvent(`${caller}-${call}-${index}`)),
          );
          await pool.query({
            name: 'write',
            text: WRITE,
            values: [`usage-${caller}-${call}`, ids, data],
          });
          return eventsPerCall;
        },
        close: async () => {
          await pool.end();
          await server.drop(url);
        },
      };
    },
  };
};
