import { pipeline } from 'node:stream/promises';
import type { QueryResult } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { Group } from '../writer/admission.js';
import { COPY_EVENTS, appendStatement, closingScript, openingScript } from './append.sql.js';
import type { Deciders, ShardHead, StreamName } from '../ledger.js';
import type { KnownKey } from '../writer/identities.js';
import type { Plan, TouchedStream } from '../writer/plan.js';
import { findKeys, loadStreams, readCommand, readHead, readShard } from './read.js';
import type { StatementClient } from './sql-client.js';
import { StreamCache } from '../writer/stream-cache.js';
import type { FoldedStream } from '../writer/stream-cache.js';
import { LedgerUnreadable } from './unreadable.js';
import { WriterConnection, sqlState } from './writer-connection.js';
import type { WriterConnectionOptions } from './writer-connection.js';
import { present } from '../../domain/present.js';

export interface ShardSessionOptions extends WriterConnectionOptions {
  readonly ledgerId: string;
  readonly deciders: Deciders;
  /** Folded streams kept in memory. */
  readonly streamsMax: number;
}

export type Written = 'committed' | 'head-moved' | 'duplicate';

/** Entries by which another writer may be ahead: beyond them loading streams anew is cheaper than following it. */
const FOLLOW_MAX = 2_000;
/** A state is stored again when its stream grew by a share of its size, so that the cost per event stays bounded. */
const SNAPSHOT_CHARS_PER_EVENT = 1_024;
const SNAPSHOT_EVENTS_MIN = 16;

/** A shard as this process knows it, and the SQL that reads and moves it. */
export class ShardSession {
  readonly streams: StreamCache;
  private head: ShardHead | null = null;
  /** The streams whose rows the statement in flight writes, with their states. */
  private snapshots: ReadonlyMap<TouchedStream, string> = new Map();
  private readonly connection: WriterConnection;
  private readonly db: StatementClient;

  constructor(private readonly options: ShardSessionOptions) {
    this.streams = new StreamCache(options.deciders, options.streamsMax);
    this.connection = new WriterConnection(options);
    this.db = this.connection;
  }

  /** The head, with every stream of the groups folded up to it (or later: then the compare-and-set will say so). */
  async prepare(groups: readonly Group[]): Promise<ShardHead> {
    if (this.head === null) await this.follow();
    const missing: FoldedStream[] = [];
    const need = (name: StreamName): void => {
      if (this.streams.use(name) === undefined) missing.push(this.streams.putEmpty(name));
    };
    for (const { submissions } of groups)
      for (const { stream, alongside } of submissions) {
        need(stream);
        if (alongside !== null) need(alongside);
      }
    if (missing.length > 0) await this.load(missing);
    return present(this.head, 'head that was followed');
  }

  private async load(missing: readonly FoldedStream[]): Promise<void> {
    try {
      const ids = missing.map(({ streamId }) => streamId);
      const byId = new Map(missing.map((stream) => [stream.streamId, stream]));
      const asked = (id: string): FoldedStream => present(byId.get(id), `stream ${id} to load`);
      const decode = (id: string, state: string): unknown =>
        this.options.deciders[asked(id).name.kind].decode(state);
      for (const stored of await loadStreams(this.db, this.options.shard, ids, decode))
        this.streams.restore(asked(stored.streamId), stored);
    } catch (error) {
      this.streams.clear(); // streams that were not loaded must not pass for empty ones
      throw error;
    }
  }

  /** Writes a plan in one statement. */
  write(plan: Plan): Promise<Written> {
    return this.unlessTaken(async () => {
      this.snapshots = this.dueSnapshots(plan);
      const { rowCount } = await this.db.query(appendStatement(plan, this.snapshots));
      return rowCount === 1 ? 'committed' : 'head-moved';
    });
  }

  /**
   * Copies rows as they come, in a transaction that holds the head from the beginning. `settle` says what stands when
   * all have come: the plan to commit, or null to take everything back.
   */
  copy(
    head: ShardHead,
    rows: AsyncIterable<Buffer>,
    settle: (transaction: StatementClient) => Promise<Plan | null>,
  ): Promise<Written | 'taken-back'> {
    return this.unlessTaken(() =>
      this.connection.transaction(async (client) => {
        // A script has a result for each of its statements; pg's types know of one.
        const opened = (await client.query(openingScript(head))) as unknown as QueryResult[];
        const isHeld = opened.at(-1)?.rowCount === 1;
        if (isHeld) await pipeline(rows, client.query(copyFrom(COPY_EVENTS)));
        const plan = isHeld ? await settle(client) : null;
        if (plan === null) {
          await client.query('ROLLBACK');
          return isHeld ? 'taken-back' : 'head-moved';
        }
        this.snapshots = this.dueSnapshots(plan);
        await client.query(closingScript(plan, this.snapshots));
        return 'committed';
      }),
    );
  }

  private async unlessTaken<Result>(
    write: () => Promise<Result>,
  ): Promise<Result | 'head-moved' | 'duplicate'> {
    try {
      return await write();
    } catch (error) {
      if (sqlState(error) !== '23505') throw error;
      const { constraint } = error as { constraint?: string };
      // Another constraint: a position or version that another writer has taken.
      return constraint === 'ledger_event_dedupe_key' ? 'duplicate' : 'head-moved';
    }
  }

  /** New streams, and those that have grown enough since their row was written. */
  private dueSnapshots({ touched }: Plan): Map<TouchedStream, string> {
    const due = new Map<TouchedStream, string>();
    for (const each of touched) {
      const { name, snapshotVersion, snapshotChars } = each.stream;
      const grown = each.version - snapshotVersion;
      if (
        snapshotVersion === 0 ||
        grown >= Math.max(SNAPSHOT_EVENTS_MIN, snapshotChars / SNAPSHOT_CHARS_PER_EVENT)
      )
        due.set(each, this.options.deciders[name.kind].encode(each.state));
    }
    return due;
  }

  /** After COMMIT, and only then, the shard is where the plan leaves it. */
  adopt(plan: Plan): void {
    if (plan.entries.length === 0) return;
    this.head = plan.next;
    for (const touched of plan.touched) {
      const { stream } = touched;
      stream.state = touched.state;
      stream.version = touched.version;
      const snapshot = this.snapshots.get(touched);
      if (snapshot === undefined) continue;
      stream.snapshotVersion = touched.version;
      stream.snapshotChars = snapshot.length;
    }
  }

  /** Which of the keys are recorded, in any shard, and whether another writer moved this one. */
  async look(
    keys: readonly string[],
    db: StatementClient = this.db,
  ): Promise<{ readonly found: ReadonlyMap<string, KnownKey>; readonly moved: boolean }> {
    const { shard } = this.options;
    const { found, position, epoch } = await findKeys(db, shard, keys);
    const known = new Map<string, KnownKey>();
    for (const { key, first, more } of found) {
      // Of the very transaction that asks: what it has written is no earlier record.
      if (this.head !== null && first.shard === shard && first.position > this.head.position)
        continue;
      const entries = more ? await readCommand(db, first) : [first];
      known.set(key, {
        digest: first.digest,
        shard: first.shard,
        position: first.position,
        entries,
      });
    }
    const moved =
      this.head !== null && (this.head.position !== position || this.head.epoch !== epoch);
    return { found: known, moved };
  }

  /** Catches up with what other writers did since our head. False: they did nothing. */
  async follow(): Promise<boolean> {
    const { shard } = this.options;
    const now = await readHead(this.db, shard);
    const known = this.head;
    const ahead = known === null ? Infinity : now.position - known.position;
    if (known === null || ahead < 0 || ahead > FOLLOW_MAX) {
      this.streams.clear();
      this.head = now;
      return true;
    }
    let at = { ...known, epoch: now.epoch };
    for (const entry of await readShard(this.db, shard, known.position, FOLLOW_MAX)) {
      if (entry.position !== at.position + 1 || entry.prev !== at.hash)
        throw new LedgerUnreadable(
          `shard ${shard} forked: ${entry.position} does not follow ${at.position}`,
        );
      this.streams.follow(entry);
      at = {
        ...at,
        position: entry.position,
        hash: entry.hash,
        recordedAt: entry.recordedAt,
      };
    }
    this.head = at;
    return at.position !== known.position || at.epoch !== known.epoch;
  }

  /**
   * A process that is frozen between two rows of a COPY holds the head, and no time-out of the server's ends it: it is
   * not idle. Whoever has waited for so long ends the sessions of other writers that do nothing, of any shard: one may
   * hold an identity that comes to two shards. What they have not committed is not there, and they find out when they
   * wake. A role may end its own sessions.
   */
  async endFrozen(): Promise<void> {
    await this.db.query({
      name: 'ledger-end-frozen',
      text: `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND usename = current_user
               AND application_name LIKE regexp_replace(current_setting('application_name'), '[0-9]+$', '%')
               AND pid <> pg_backend_pid()
               AND wait_event_type = 'Client' AND xact_start < clock_timestamp() - $1 * interval '1 ms'`,
      values: [this.options.lockMsMax],
    });
  }

  /** No statement that was sent before can move the head after this: it compares the epoch too. */
  async fence(): Promise<void> {
    await this.db.query({
      name: 'ledger-fence',
      text: 'UPDATE ledger.shard_head SET epoch = epoch + 1 WHERE shard = $1',
      values: [this.options.shard],
    });
  }

  forget(): void {
    this.head = null;
    this.streams.clear();
  }

  end(): Promise<void> {
    return this.connection.end();
  }
}
