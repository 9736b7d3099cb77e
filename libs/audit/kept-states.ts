import { createHash } from 'node:crypto';
import type { PoolClient } from 'pg';
import type { StreamKind } from '../domain/events.js';
import type { Deciders } from '../ledger/ledger.js';
import { canonicalJson } from './canonical.js';
import type { Findings } from './finding.js';

interface Expected {
  readonly version: number;
  /** Of what the stream's events fold to at that version; null: they never got there. */
  digest: string | null;
}

const PAGE = 5_000;
const STATES_PER_PAGE = 200;

/**
 * The states that writers keep beside the events must be what the events fold to: a changed state would change the next
 * decision without touching the chain. Versions are read first, so that while the events are folded each stream's state
 * is taken at the version that matters, and the states are compared at the end. Memory: some 150 bytes per state.
 */
export class KeptStates {
  private readonly expected = new Map<string, Expected>();

  static async of(client: PoolClient, shard: number): Promise<KeptStates> {
    const states = new KeptStates();
    for (let after = NIL; ;) {
      const { rows } = await client.query<{ id: string; version: number }>(
        `SELECT stream_id AS id, state_version AS version FROM ledger.stream
         WHERE shard = $1 AND stream_id > $2 AND state IS NOT NULL ORDER BY stream_id LIMIT ${PAGE}`,
        [shard, after],
      );
      for (const { id, version } of rows) states.expected.set(id, { version, digest: null });
      const last = rows.at(-1);
      if (last === undefined || rows.length < PAGE) return states;
      after = last.id;
    }
  }

  at(streamId: string, version: number, text: () => string): void {
    const expected = this.expected.get(streamId);
    if (expected?.version === version) expected.digest = digestOf(text());
  }

  /** `stopped`: streams that have an event that nothing here can fold. Answers how many states were compared. */
  async compare(
    client: PoolClient,
    shard: number,
    deciders: Deciders,
    stopped: ReadonlySet<string>,
    findings: Findings,
  ): Promise<number> {
    let compared = 0;
    for (let after = NIL; ;) {
      const { rows } = await client.query<StateRow>(
        `SELECT stream_id AS id, tenant, kind, key, state_version AS version, state FROM ledger.stream
         WHERE shard = $1 AND stream_id > $2 AND state IS NOT NULL ORDER BY stream_id LIMIT ${STATES_PER_PAGE}`,
        [shard, after],
      );
      for (const row of rows) {
        if (stopped.has(row.id)) continue;
        compared += 1;
        const fault = this.fault(row, deciders);
        const name = `${row.tenant} ${row.kind}:${row.key}`;
        if (fault !== null) findings.add('state-mismatch', shard, null, `${name}: ${fault}`);
      }
      const last = rows.at(-1);
      if (last === undefined || rows.length < STATES_PER_PAGE) return compared;
      after = last.id;
    }
  }

  private fault({ id, kind, version, state }: StateRow, deciders: Deciders): string | null {
    try {
      if (!Object.hasOwn(deciders, kind)) return `there are no streams of kind ${kind}`;
      // Of an earlier format: no writer reads it any more, it decides nothing.
      if (deciders[kind].decode(state) === null) return null;
      const digest = this.expected.get(id)?.digest ?? null;
      if (digest === null)
        return `a state is kept of version ${version}, which the stream does not have`;
      if (digest === digestOf(state)) return null;
      return `the kept state at version ${version} is not what its events fold to`;
    } catch (error) {
      return `the state cannot be compared: ${(error as Error).message}`;
    }
  }
}

interface StateRow {
  readonly id: string;
  readonly tenant: string;
  readonly kind: StreamKind;
  readonly key: string;
  readonly version: number;
  readonly state: string;
}

const NIL = '00000000-0000-0000-0000-000000000000';

/** States are JSON; the order of members depends on whether an event was just decided or read back. */
const digestOf = (state: string): string =>
  createHash('sha256')
    .update(canonicalJson(JSON.parse(state)))
    .digest('hex');
