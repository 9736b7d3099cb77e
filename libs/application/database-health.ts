import type pg from 'pg';
import { within } from '../waiting/within.js';
import { WRITE_TROUBLES, writeTroubleOf, type WriteTrouble } from './database-fault.js';
import { onlyRow } from '../ledger/postgres/sql-client.js';

/** What the database can do now, as far as can be known without writing anything that stays. */
export interface DatabaseState {
  readonly readable: boolean;
  readonly writable: boolean;
  /** Why not, where one of them is false. */
  readonly reason: WriteTrouble | 'database-away' | null;
}

export interface HealthLog {
  error(facts: object, message: string): void;
  info(facts: object, message: string): void;
}

const SILENT: HealthLog = { error: () => undefined, info: () => undefined };

/** A database that does not answer within this time is away. */
const PATIENCE_MS = 2_000;
/** Probes are open to everybody: however many ask, the database is asked no more often. */
const ASK_EVERY_MS = 1_000;
const SAY_EVERY_MS = 60_000;

/** What must fit on the disk before a database that was full counts as writable again: 8 MB. */
const ROOM = { rows: 8_000, bytes: 1_000 } as const;

const AWAY: DatabaseState = { readable: false, writable: false, reason: 'database-away' };

/**
 * Whether the database can be read from and written to. A standby, or one that was set read-only, says so when asked. A full
 * disk does not: it is known from the last write that failed, whoever made it in this process, and is over when a write went
 * well, or when a sort had room for a temporary file, which is gone afterwards and needs no right to write. What it cannot
 * see: a full disk before the first write met it; one where tables lie on another disk than temporary files, whose trouble
 * comes and goes with each write (a full disk of the write-ahead log ends the server, and it is away).
 */
export class DatabaseHealth {
  private trouble: WriteTrouble | null = null;
  private saidAt = -Infinity;
  private asked: Promise<DatabaseState> | null = null;
  private askedAt = -Infinity;

  constructor(
    private readonly pool: pg.Pool,
    private readonly log: HealthLog = SILENT,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Hears of every error of a write, and of other errors, which it passes over. */
  failed(error: unknown): void {
    const trouble = writeTroubleOf(error);
    if (trouble !== null) this.meet(trouble, String(error));
  }

  /** Hears that something was written and is durable. */
  worked(): void {
    if (this.trouble === null) return;
    this.log.info({ was: this.trouble }, 'the database takes writes again');
    this.trouble = null;
    this.saidAt = -Infinity;
    this.askedAt = -Infinity;
  }

  /** The state of the database, known within `PATIENCE_MS` whatever it does. */
  look(): Promise<DatabaseState> {
    if (this.asked === null || this.now() - this.askedAt >= ASK_EVERY_MS) {
      this.askedAt = this.now();
      this.asked = within(
        PATIENCE_MS,
        this.ask().catch(() => AWAY),
        () => AWAY,
      );
    }
    return this.asked;
  }

  private meet(trouble: WriteTrouble, error: string): void {
    if (trouble !== this.trouble) this.askedAt = -Infinity;
    const isNews = trouble !== this.trouble || this.now() - this.saidAt > SAY_EVERY_MS;
    this.trouble = trouble;
    if (!isNews) return;
    this.saidAt = this.now();
    const { fix } = WRITE_TROUBLES[trouble];
    this.log.error({ reason: trouble, error, fix }, 'the database takes no writes');
  }

  private async ask(): Promise<DatabaseState> {
    const { rows } = await this.pool.query<{ readonly: boolean }>(
      `SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean AS readonly`,
    );
    const found = onlyRow(rows).readonly ? 'database-read-only' : null;
    if (found !== null) this.meet(found, 'transaction_read_only is on');
    else if (this.trouble === 'database-read-only') this.worked();
    else if (this.trouble !== null) await this.tryRoom();
    return { readable: true, writable: this.trouble === null, reason: this.trouble };
  }

  /** A sort that does not fit in its memory writes a temporary file. */
  private async tryRoom(): Promise<void> {
    const before = this.trouble;
    const client = await this.pool.connect();
    let broken: Error | undefined;
    try {
      await client.query("BEGIN READ ONLY; SET LOCAL work_mem = '64kB'");
      await client.query(
        `SELECT count(*) FROM (SELECT n, repeat('x', $2) FROM generate_series(1, $1) AS n ORDER BY n DESC OFFSET 0) AS s`,
        [ROOM.rows, ROOM.bytes],
      );
      if (this.trouble === before) this.worked();
    } catch (error) {
      this.failed(error);
      if (writeTroubleOf(error) === null) throw error;
    } finally {
      await client.query('ROLLBACK').catch((error: Error) => (broken = error));
      client.release(broken);
    }
  }
}
