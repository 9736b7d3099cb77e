import pg from 'pg';
import { eventually } from '../support/eventually.js';

const LOCK = 471_100;

/**
 * Holds every append between its statement and its COMMIT: a deferred trigger runs when all rows are written and
 * COMMIT was asked for, and waits for a lock that we have. So a test sees in the database that the point was reached.
 */
export class HeldCommits {
  private constructor(
    private readonly client: pg.Client,
    private readonly watcher: pg.Client,
  ) {}

  static async hold(ownerUrl: string): Promise<HeldCommits> {
    const [client, watcher] = [1, 2].map(() => new pg.Client({ connectionString: ownerUrl }));
    await client!.connect();
    await watcher!.connect();
    await client!.query(`
      CREATE OR REPLACE FUNCTION public.held_before_commit() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_advisory_xact_lock_shared(${LOCK}); RETURN NULL; END $$;
      DROP TRIGGER IF EXISTS held_before_commit ON ledger.ledger_event;
      CREATE CONSTRAINT TRIGGER held_before_commit AFTER INSERT ON ledger.ledger_event
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.held_before_commit();
      SELECT pg_advisory_lock(${LOCK})`);
    return new HeldCommits(client!, watcher!);
  }

  /** Backends that stand between statement and COMMIT now. */
  async waiting(): Promise<readonly number[]> {
    const { rows } = await this.watcher.query<{ pid: number }>(
      `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = ${LOCK} AND NOT granted`,
    );
    return rows.map(({ pid }) => pid);
  }

  /** Until somebody stands there. */
  async reached(): Promise<void> {
    await eventually(async () => {
      if ((await this.waiting()).length === 0) throw new Error('nobody is about to commit');
    }, 40_000);
  }

  /** Who stands there commits, or is cut off by the server and rolled back; all who come later go through. */
  async end(how: 'commit' | 'roll back'): Promise<void> {
    const pids = await this.waiting();
    if (how === 'roll back')
      for (const pid of pids) await this.watcher.query('SELECT pg_terminate_backend($1)', [pid]);
    await eventually(async () => {
      const left = await this.waiting();
      if (how === 'roll back' && pids.some((pid) => left.includes(pid)))
        throw new Error('still there');
    });
    await this.client.query(`SELECT pg_advisory_unlock(${LOCK})`);
    await eventually(async () => {
      if ((await this.waiting()).length > 0) throw new Error('still waiting');
    });
    await this.client.query('DROP TRIGGER held_before_commit ON ledger.ledger_event');
    await this.client.end();
    await this.watcher.end();
  }
}
