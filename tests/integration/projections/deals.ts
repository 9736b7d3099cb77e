import pg from 'pg';
import type { CommitmentTerms } from '../../../libs/domain/commitment/terms/terms.js';
import { deciders } from '../../../libs/domain/aggregates.js';
import type { DomainCommand } from '../../../libs/domain/events.js';
import { skipKey } from '../../../libs/domain/projection/projection.js';
import type { Outcome, RecordedEntry, Submission } from '../../../libs/ledger/ledger.js';
import { PostgresLedger } from '../../../libs/ledger/postgres/postgres-ledger.js';
import { instantMicros } from '../../../libs/ledger/format/recorded-at.js';
import type { Projection } from '../../../libs/projections/engine/projection.js';
import type { Views } from '../../../libs/projections/asking/read-view.js';
import { instant } from '../../../libs/domain/testing/samples.js';
import { pledge, recordDrawdown, reverseDrawdown } from '../../../libs/domain/testing/builders.js';
import { testDatabase, type DatabaseServer } from '../../support/database.js';

export const TENANT = 'acme';

/** A real ledger whose clock the test sets, and the pool that views are read with. */
export class Deals {
  private clock = instantMicros(instant('2026-01-01'));
  private count = 0;

  /** The same deals through another process's ledger. */
  through(ledger: PostgresLedger): Deals {
    const other = new Deals(ledger, this.pool, this.owner, () => Promise.resolve());
    other.count = this.count + 1_000;
    return other;
  }

  private constructor(
    readonly ledger: PostgresLedger,
    readonly pool: pg.Pool,
    readonly owner: pg.Pool,
    private readonly drop: () => Promise<void>,
  ) {}

  static async open(server: DatabaseServer, shardCount = 4): Promise<Deals> {
    const database = await testDatabase({ shardCount, server });
    const pool = new pg.Pool({ connectionString: database.runtimeUrl, max: 6 });
    const owner = new pg.Pool({ connectionString: database.ownerUrl, max: 2 });
    for (const each of [pool, owner]) each.on('error', () => undefined);
    const holder: { deals: Deals | null } = { deals: null };
    const ledger = await PostgresLedger.open({
      pool,
      deciders,
      clock: () => holder.deals!.clock,
    });
    holder.deals = new Deals(ledger, pool, owner, () => database.drop());
    return holder.deals;
  }

  get views(): Views {
    return { pool: this.pool, reader: this.ledger, now: () => instant('2026-12-31T23:00:00Z') };
  }

  /** From here on things are recorded at this instant (a day: its noon). */
  itIs(recorded: string): this {
    this.clock = instantMicros(instant(recorded));
    return this;
  }

  /** A deal between `vendor` and `lab`, active from 2026, with a pool of 1,000 USD unless told otherwise. */
  async deal(
    agreementId: string,
    vendorId = 'vendor',
    changed: Partial<CommitmentTerms> = {},
  ): Promise<void> {
    const startsAt = instant('2026-01-01T00:00:00Z');
    const title = `Deal ${agreementId}`;
    const parties = { vendorId, customerId: 'lab' };
    const term = { startsAt, endsAt: null, documents: [] };
    await this.tell('agreement', agreementId, '2026-01-01', {
      type: 'ProposeAgreement',
      agreementId,
      title,
      ...parties,
      ...term,
    });
    const activatedAt = startsAt;
    const activate = { type: 'ActivateAgreement', agreementId, activatedAt } as const;
    await this.tell('agreement', agreementId, '2026-01-01', activate);
    const pledged = pledge(changed, `${agreementId}.cloud`);
    await this.tell('commitment', agreementId, '2026-01-01', pledged);
  }

  usage(agreementId: string, id: string, amount: string, effective: string) {
    return this.tell('commitment', agreementId, effective, {
      ...recordDrawdown(amount, {}, `finance ${id}`),
      agreementId,
    });
  }

  /** Decides to pass over an event that the view cannot fold. */
  skip({ name, version }: Pick<Projection, 'name' | 'version'>, entry: RecordedEntry) {
    const { shard, position, hash } = entry;
    const place = { view: name, version, shard, position };
    return this.tell('projection', skipKey(place), '2026-01-01', {
      ...{ type: 'SkipProjectionEvent', ...place, hash },
      ...{ error: 'cannot be folded', reason: 'known defect' },
    });
  }

  reversal(original: RecordedEntry, effective: string, amount: string | null = null) {
    if (original.event.type !== 'DrawdownRecorded') throw new Error('not a drawdown');
    const { agreementId, drawdownId } = original.event.body;
    return this.tell('commitment', agreementId, effective, {
      ...reverseDrawdown(original.event.body, amount, `${drawdownId}-r`),
      agreementId,
    });
  }

  /** Fails the test when the ledger does not append. Answers the first entry. */
  async tell(
    kind: Submission['stream']['kind'],
    key: string,
    effective: string,
    command: DomainCommand,
  ): Promise<RecordedEntry> {
    const stream = { tenant: TENANT, kind, key };
    const agreement = { tenant: TENANT, kind: 'agreement', key: key.split('.')[0]! } as const;
    const outcome: Outcome = await this.ledger.submit({
      stream,
      alongside: kind === 'commitment' || kind === 'investment' ? agreement : null,
      source: 'test',
      id: `${(this.count += 1)}`,
      digest: 'd'.repeat(64),
      actor: 'ann',
      effectiveAt: instant(effective),
      command,
      expectedVersion: null,
    });
    if (outcome.outcome !== 'appended') throw new Error(JSON.stringify(outcome));
    return outcome.entries[0]!;
  }

  /** Positions of all heads: what a view must have seen to be complete. */
  async heads(): Promise<Record<string, number>> {
    const heads = await this.ledger.heads();
    return Object.fromEntries(heads.map(({ shard, position }) => [shard, position]));
  }

  async close(): Promise<void> {
    await this.ledger.close();
    await this.pool.end();
    await this.owner.end();
    await this.drop();
  }
}
