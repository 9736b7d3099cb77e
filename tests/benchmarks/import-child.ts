// The measured part of the import: a process of its own, so that its peak memory is the import's and nothing else's.
// Arguments: URL of the runtime role, FOCUS file, agreement, tenant. Prints one line of JSON.
import { createReadStream } from 'node:fs';
import pg from 'pg';
import { UsageRecorder } from '../../libs/application/record-usage.js';
import type { UsageEvent } from '../../libs/application/usage-event.js';
import { UsageInbox } from '../../libs/application/usage-inbox.js';
import { deciders } from '../../libs/domain/deciders.js';
import { toChargeRow } from '../../libs/focus/charge-row.js';
import { Occurrences } from '../../libs/focus/occurrences.js';
import { readFocus } from '../../libs/focus/read-focus.js';
import { rowId } from '../../libs/focus/row-identity.js';
import { toUsageEvent } from '../../libs/focus/to-usage-event.js';
import { rememberingTimes } from '../../libs/focus/values.js';
import { PostgresLedger } from '../../libs/ledger/postgres-ledger.js';

const BATCH = 2_000;

const [url, file, agreement, tenant] = process.argv.slice(2);
if (!url || !file || !agreement || !tenant) throw new Error('url, file, agreement, tenant');

const pool = new pg.Pool({ connectionString: url, max: 4 });
const ledger = await PostgresLedger.open({ url, deciders });
const recorder = new UsageRecorder(ledger, new UsageInbox(pool));
const principal = { tenant, name: 'bench', role: 'poster' } as const;
const occurrences = new Occurrences();
const time = rememberingTimes();
const counts: Record<string, number> = {};
const count = (outcome: string): void => void (counts[outcome] = (counts[outcome] ?? 0) + 1);

const started = performance.now();
let recording: Promise<void> = Promise.resolve();
let batch: UsageEvent[] = [];
const record = async (events: readonly UsageEvent[]): Promise<void> => {
  for (const { outcome } of await recorder.record(events, principal, 'file')) count(outcome);
};
for await (const row of readFocus(createReadStream(file))) {
  const charge = row.kind === 'row' ? toChargeRow(row, time) : row;
  if (charge.kind !== 'charge') {
    count(charge.kind);
    continue;
  }
  batch.push(toUsageEvent(charge, rowId(charge, occurrences), agreement));
  if (batch.length < BATCH) continue;
  // One batch is recorded while the next is read: two are in memory, never more.
  await recording;
  recording = record(batch);
  batch = [];
}
await recording;
await record(batch);
const seconds = (performance.now() - started) / 1000;
await ledger.close();
await pool.end();
const peakRssMb = Math.round(process.resourceUsage().maxRSS / 1024);
process.stdout.write(`${JSON.stringify({ seconds, counts, peakRssMb })}\n`);
