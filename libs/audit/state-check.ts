import type { PoolClient } from 'pg';
import { parseEntry } from '../ledger/entry.js';
import type { AnyDecider, Deciders } from '../ledger/ledger.js';
import type { StreamKind } from '../domain/events.js';
import { canonicalJson } from './canonical.js';
import type { Findings } from './finding.js';

interface StateRow {
  readonly streamId: string;
  readonly tenant: string;
  readonly kind: StreamKind;
  readonly key: string;
  readonly stateVersion: number;
  readonly state: string;
}

const STREAMS_PER_PAGE = 200;
const ENTRIES_PER_PAGE = 2000;

/**
 * The states that writers keep beside the events must be what the events fold to: a changed state would change the
 * next decision without touching the chain. One stream at a time, its events in pages.
 */
export const checkStates = async (
  client: PoolClient,
  shard: number,
  deciders: Deciders,
  findings: Findings,
): Promise<void> => {
  for (let after = '00000000-0000-0000-0000-000000000000'; ;) {
    const { rows } = await client.query<StateRow>(
      `SELECT stream_id AS "streamId", tenant, kind, key, state_version AS "stateVersion", state
       FROM ledger.stream WHERE shard = $1 AND stream_id > $2 AND state IS NOT NULL
       ORDER BY stream_id LIMIT $3`,
      [shard, after, STREAMS_PER_PAGE],
    );
    const last = rows.at(-1);
    if (last === undefined) return;
    for (const row of rows) await checkState(client, shard, row, deciders[row.kind], findings);
    after = last.streamId;
  }
};

const checkState = async (
  client: PoolClient,
  shard: number,
  row: StateRow,
  decider: AnyDecider,
  findings: Findings,
): Promise<void> => {
  const name = `${row.tenant} ${row.kind}:${row.key}`;
  const report = (detail: string): void => findings.add('state-mismatch', shard, null, detail);
  try {
    // Of an earlier format: no writer reads it any more, it decides nothing.
    if (decider.decode(row.state) === null) return;
    let state: unknown = decider.initial;
    for await (const entry of entriesOf(client, shard, row)) {
      state = decider.evolve(state, entry.event);
    }
    if (comparable(decider.encode(state)) !== comparable(row.state)) {
      report(
        `${name}: the kept state at version ${row.stateVersion} is not what its events fold to`,
      );
    }
  } catch (error) {
    report(`${name}: the state cannot be compared: ${(error as Error).message}`);
  }
};

/** States are JSON; the order of members depends on whether an event was just decided or read back. */
const comparable = (state: string): string => canonicalJson(JSON.parse(state));

async function* entriesOf(client: PoolClient, shard: number, row: StateRow) {
  for (let version = 0; version < row.stateVersion; version += ENTRIES_PER_PAGE) {
    const { rows } = await client.query<{ entry: string }>(
      `SELECT entry FROM ledger.ledger_event
       WHERE shard = $1 AND stream_id = $2 AND stream_version > $3 AND stream_version <= $4
       ORDER BY stream_version`,
      [shard, row.streamId, version, Math.min(version + ENTRIES_PER_PAGE, row.stateVersion)],
    );
    for (const { entry } of rows) yield parseEntry(entry, '');
  }
}
