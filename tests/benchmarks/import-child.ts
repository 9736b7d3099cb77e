// The measured part of the import: the product's own, in a process of its own, so that its peak memory is the import's.
// Arguments: URL of the runtime role, FOCUS file, agreement, tenant. Prints one line of JSON.
import { createReadStream } from 'node:fs';
import pg from 'pg';
import { importFocus } from '../../libs/deliveries/import-focus.js';
import { deciders } from '../../libs/domain/aggregates.js';
import { allTo } from '../../libs/deliveries/focus/agreement-map.js';
import { readFocus } from '../../libs/deliveries/focus/read-focus.js';
import { PostgresLedger } from '../../libs/ledger/postgres/postgres-ledger.js';
import { applicationOver } from '../support/application.js';

const [url, file, agreement, tenant] = process.argv.slice(2);
if (!url || !file || !agreement || !tenant) throw new Error('url, file, agreement, tenant');

const pool = new pg.Pool({ connectionString: url, max: 4 });
const ledger = await PostgresLedger.open({ url, deciders });
const { commands } = await applicationOver(ledger, pool);
const started = performance.now();
const { tally, stopped } = await importFocus(readFocus(createReadStream(file)), {
  commands,
  principal: { tenant, name: 'bench', role: 'poster' },
  map: allTo(agreement),
  onRefused: (row) => {
    throw new Error(JSON.stringify(row));
  },
});
if (stopped !== null) throw stopped;
const seconds = (performance.now() - started) / 1000;
await ledger.close();
await pool.end();
const peakRssMb = Math.round(process.resourceUsage().maxRSS / 1024);
process.stdout.write(`${JSON.stringify({ seconds, counts: tally.counts, peakRssMb })}\n`);
