import type { Pool, PoolClient } from 'pg';
import { deciders } from '../domain/aggregates.js';
import type { ShardHead } from '../ledger/ledger.js';
import { checkCatalogue } from './catalogue.js';
import {
  CHECKPOINT_FORMAT,
  CheckpointCheck,
  checkTrusted,
  checkWhole,
  type LedgerCheckpoint,
  type ShardCheckpoint,
} from './checkpoint.js';
import { Findings } from './finding.js';
import { RepeatedIdentities, IDENTITIES_MAX, Suspects } from './identities.js';
import { KeysOnRecord } from './keys.js';
import {
  checkGenesis,
  readStoredHeads,
  readLedger,
  serverView,
  type LedgerRow,
} from './ledger-row.js';
import { Marks, markText, marksMaxOf } from './marks.js';
import { Meaning, type MeaningCounts } from './meaning.js';
import type { RequestFault } from './reperform.js';
import type { Level, VerifiedShard, VerifyReport } from './report.js';
import { ShardCheck } from './shard-check.js';
import type { CheckedEntry } from './shard-rows.js';
import { splitFault } from './splits.js';
import { storedRows } from './stored-rows.js';
import { checkForeignEvents, checkForeignRows, checkPlaces, streamRows } from './surroundings.js';

export interface VerifyProgress {
  readonly shard: number;
  readonly shards: number;
  readonly position: number;
  readonly headPosition: number;
  readonly events: number;
}

export interface VerifyOptions {
  readonly pool: Pool;
  readonly onProgress?: (progress: VerifyProgress) => void;
  /** Must still be part of the ledger. Everything is checked, from the first event. */
  readonly checkpoint?: LedgerCheckpoint;
  /** Trusted: must be part of the ledger, and only what came after it is checked; decisions and states are not. */
  readonly fromCheckpoint?: readonly ShardCheckpoint[];
  /** Neither decides requests again nor compares kept states. */
  readonly quick?: boolean;
  /** How a request's identity and digest follow from its event, where whoever calls this knows. */
  readonly requestFault?: RequestFault;
  /** Bounds of memory, for tests: characters of folded states, and identities, that are held at once. */
  readonly statesCharsMax?: number;
  readonly identitiesMax?: number;
}

const FINDINGS_KEPT = 50;
/** Characters of states as text; folded they take a few times as much. */
const STATES_CHARS_MAX = 48_000_000;
const SKIPPED = 'ProjectionEventSkipped';

/**
 * Recomputes the whole ledger from its stored bytes: hashes and chain, columns against bytes, gapless positions and
 * stream versions, identities, heads and stream rows; decides every request again on the entries before it; compares
 * kept states, keys, and the database's catalogue. One read-only snapshot, so writers may go on. Memory: a window of rows,
 * 8 bytes per event up to 128 MiB, some 300 bytes per stream of the largest shard, and folded states within a bound.
 *
 * What it cannot see alone is a shard whose tail was cut off together with its head and stream rows, or that was
 * hashed again from some position on: that takes a checkpoint kept elsewhere.
 */
export const verifyLedger = async (options: VerifyOptions): Promise<VerifyReport> => {
  const client = await options.pool.connect();
  let broken: Error | undefined;
  try {
    await beginSnapshot(client);
    const report = await new Verification(client, options, await readLedger(client)).run();
    await client.query('ROLLBACK');
    return report;
  } catch (error) {
    broken = error as Error;
    throw error;
  } finally {
    client.release(broken);
  }
};

/**
 * The planner must walk the primary key: a sort of the whole shard would fill the disk. What it may not do it takes for so
 * dear, up to PostgreSQL 17, that it would compile every small query: seconds for nothing.
 */
const beginSnapshot = async (client: PoolClient): Promise<void> => {
  await client.query(
    `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
     SET LOCAL search_path = pg_catalog;
     SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO'; SET LOCAL enable_sort = off;
     SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL statement_timeout = 0;
     SET LOCAL jit = off`,
  );
};

/** Rows that are looked at together: so many are in memory at once. */
const WINDOW = 512;

class Verification {
  private readonly started = performance.now();
  private readonly takenAt = new Date().toISOString();
  private readonly findings = new Findings(FINDINGS_KEPT);
  private readonly keys = new KeysOnRecord();
  private identities = new RepeatedIdentities(0, 1);
  private readonly meaning = { decisions: 0, olderEntries: 0, states: 0 };
  private matched = true;
  /** The number of shards is undisputed. Where it is not, no stream can be told where it belongs. */
  private isItsCount = true;
  private skips = 0;

  constructor(
    private readonly client: PoolClient,
    private readonly options: VerifyOptions,
    private readonly ledger: LedgerRow,
  ) {}

  async run(): Promise<VerifyReport> {
    const { client, ledger, findings, options } = this;
    const { checkpoint } = options;
    const heads = await readStoredHeads(client);
    const expected = [...heads.values()].reduce((sum, { position }) => sum + position, 0);
    const parts = RepeatedIdentities.partsOf(expected, options.identitiesMax ?? IDENTITIES_MAX);
    this.identities = new RepeatedIdentities(0, parts);
    this.isItsCount = checkGenesis(ledger, findings);
    if (checkpoint !== undefined) this.matched = checkWhole(checkpoint, ledger, findings);
    this.isItsCount &&= this.matched;
    const shards: VerifiedShard[] = [];
    for (let shard = 0; shard < ledger.shardCount; shard += 1) {
      shards.push(await this.shard(shard, heads.get(shard)));
    }
    for (let part = 0; part < parts; part += 1) await this.repeatedIdentities(part, parts);
    await checkForeignEvents(client, ledger.shardCount, findings);
    await checkForeignRows(client, ledger.shardCount, findings);
    const unread = [
      ...(await checkPlaces(client, ledger, findings)),
      ...(await checkCatalogue(client, findings)),
    ];
    const keys = await this.keys.compare(client, findings);
    const sorted = findings.sorted();
    const sound = findings.total === 0;
    return {
      format: CHECKPOINT_FORMAT,
      sound,
      level: levelOf(sound, checkpoint),
      ledgerId: ledger.ledgerId,
      genesisHash: ledger.genesisHash,
      shardCount: ledger.shardCount,
      takenAt: this.takenAt,
      server: await serverView(client),
      checkpoint: checkpoint
        ? {
            takenAt: checkpoint.takenAt,
            ledgerId: checkpoint.ledgerId,
            events: checkpoint.events,
            shards: checkpoint.shards.length,
            matched: this.matched,
          }
        : null,
      events: shards.reduce((sum, { events }) => sum + events, 0),
      shards,
      findings: sorted,
      findingsTotal: findings.total,
      meaning: this.looksAtMeaning ? this.meaning : null,
      keys,
      skips: this.skips,
      unread: keys === null ? [...unread, 'ledger.api_key'] : unread,
      durationMs: Math.round(performance.now() - this.started),
    };
  }

  private get looksAtMeaning(): boolean {
    return this.options.quick !== true && this.options.fromCheckpoint === undefined;
  }

  private async shard(shard: number, head: ShardHead | undefined): Promise<VerifiedShard> {
    const { client, ledger, findings, options } = this;
    const trusted = options.fromCheckpoint?.find((checkpoint) => checkpoint.shard === shard);
    const start = trusted ?? { position: 0, hash: ledger.genesisHash };
    if (trusted !== undefined) await checkTrusted(client, trusted, ledger.genesisHash, findings);
    const shape = { shardCount: ledger.shardCount, placesStreams: this.isItsCount };
    const check = new ShardCheck(shard, ledger.ledgerId, start, findings, shape);
    const marks = new Marks(marksMaxOf(ledger.shardCount));
    const kept = options.checkpoint?.shards.find((each) => each.shard === shard);
    const against = kept === undefined ? null : new CheckpointCheck(kept, ledger.genesisHash);
    const meaning = this.looksAtMeaning
      ? await Meaning.of(client, shard, {
          ...{ deciders, findings, requestFault: options.requestFault },
          statesCharsMax: options.statesCharsMax ?? STATES_CHARS_MAX,
        })
      : null;
    for await (const window of this.windows(shard, start.position, check, (position) => {
      against?.at(position, check.computed, check);
      marks.add(position, check.hash);
    })) {
      for (const entry of window) this.take(shard, entry);
      await meaning?.take(window);
      this.progress(shard, check, head);
    }
    check.head(head);
    if (against !== null) this.matched = against.end(check.position, findings) && this.matched;
    const streams = check.streamsDigest();
    for await (const rows of streamRows(client, shard)) rows.forEach((row) => check.streamRow(row));
    check.streamsEnd();
    const counts = await meaning?.end();
    if (counts !== undefined) this.count(counts);
    const { events, position, hash } = check;
    return { shard, events, position, hash, streams, marks: marks.all.map(markText) };
  }

  /** Entries of the shard by the window, each row checked by itself and in its place. */
  private async *windows(
    shard: number,
    start: number,
    check: ShardCheck,
    onPlace: (position: number) => void,
  ): AsyncGenerator<readonly CheckedEntry[]> {
    for (let after = start; ;) {
      const window: CheckedEntry[] = [];
      let count = 0;
      for await (const rows of storedRows(this.client, shard, after, WINDOW)) {
        for (const row of rows) {
          count += 1;
          after = row.position;
          const entry = check.row(row);
          if (check.position === row.position) onPlace(row.position);
          if (entry !== null) window.push(entry);
        }
      }
      yield window;
      if (count < WINDOW) return;
    }
  }

  /** What an entry says by itself. */
  private take(shard: number, entry: CheckedEntry): void {
    const { said, position } = entry;
    this.identities.add(said);
    this.keys.entry(entry);
    if (said.type === SKIPPED) this.skips += 1;
    const fault = splitFault(said);
    if (fault !== null) this.findings.add('split-mismatch', shard, position, fault);
  }

  private count(counts: MeaningCounts): void {
    this.meaning.decisions += counts.decisions;
    this.meaning.olderEntries += counts.olderEntries;
    this.meaning.states += counts.states;
  }

  private progress(shard: number, { position, events }: ShardCheck, head?: ShardHead): void {
    const shards = this.ledger.shardCount;
    this.options.onProgress?.({
      ...{ shard, shards, position, events },
      headPosition: head?.position ?? 0,
    });
  }

  /** Parts after the first take a pass of their own: there are more events than fit. */
  private async repeatedIdentities(part: number, parts: number): Promise<void> {
    if (part > 0) {
      this.identities = new RepeatedIdentities(part, parts);
      await this.again((_, { said }) => this.identities.add(said));
    }
    const hashes = this.identities.repeated();
    if (hashes.size === 0) return;
    const suspects = new Suspects(hashes);
    await this.again((shard, { position, said }) => suspects.add(shard, position, said));
    for (const [identity, places] of suspects.repeated()) {
      const all = places.map(({ shard, position }) => `${shard}:${position}`).join(', ');
      for (const { shard, position } of places.slice(1)) {
        const told = `${identity} was recorded before: it stands at ${all} (shard:position)`;
        this.findings.add('identity-repeated', shard, position, told);
      }
    }
  }

  /** All entries once more, without a word about what was said the first time. */
  private async again(look: (shard: number, entry: CheckedEntry) => void): Promise<void> {
    const { ledger, options } = this;
    for (let shard = 0; shard < ledger.shardCount; shard += 1) {
      const from = options.fromCheckpoint?.find((each) => each.shard === shard);
      const start = from ?? { position: 0, hash: ledger.genesisHash };
      const check = new ShardCheck(
        ...([shard, ledger.ledgerId, start, new Findings(0), ledger] as const),
      );
      for await (const window of this.windows(shard, start.position, check, () => undefined))
        for (const entry of window) look(shard, entry);
    }
  }
}

const levelOf = (sound: boolean, checkpoint: LedgerCheckpoint | undefined): Level => {
  if (!sound) return 'not-sound';
  return checkpoint === undefined ? 'internally-consistent' : 'matches-checkpoint';
};
