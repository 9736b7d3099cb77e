import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { handle } from '../../libs/application/handle.js';
import { seedReferencePortfolio } from '../../infra/reference-portfolio/seed.js';
import { requestFault } from '../../libs/application/request-fault.js';
import { toRecordDrawdown } from '../../libs/application/usage-command.js';
import type { VerifyReport } from '../../libs/audit/report.js';
import { verifyLedger } from '../../libs/audit/verify.js';
import { deciders } from '../../libs/domain/aggregates.js';
import { hashEntry } from '../../libs/ledger/format/entry.js';
import { canonical } from '../../libs/ledger/format/canonical.js';
import { PostgresLedger } from '../../libs/ledger/postgres/postgres-ledger.js';
import { streamId, streamNamed } from '../../libs/ledger/format/stream-id.js';
import { runtimeUrlOf, testDatabase, type DatabaseServer, type TestDatabase } from './database.js';

export const TENANT = 'acme';
const TODAY = '2026-11-21';

export const usage = (id: string, changed: object = {}) =>
  toRecordDrawdown(
    {
      ...{ source: 'urn:billing', id, agreement: 'google-anthropic' },
      ...{ effectiveAt: '2026-11-20T10:00:00Z', currency: 'USD', amount: '5000000' },
      ...changed,
    },
    { tenant: TENANT, name: 'finance' },
  );

type Text = Record<string, unknown>;
export interface Place {
  readonly shard: number;
  readonly position: number;
}

/** A ledger that was filled once, and copies of it, each to be attacked as a superuser with its triggers off. */
export class LedgerToAttack {
  private constructor(
    private readonly server: DatabaseServer,
    private readonly base: TestDatabase,
  ) {}

  static async open(server: DatabaseServer): Promise<LedgerToAttack> {
    const base = await testDatabase({ server });
    const ledger = await PostgresLedger.open({ url: base.runtimeUrl, deciders });
    await seedReferencePortfolio({
      decide: (envelope) => handle(ledger, envelope),
      ...{ reader: ledger, tenant: TENANT, today: TODAY, actor: 'operator' },
    });
    const agreements = ['amazon-anthropic', 'google-anthropic', 'microsoft-openai'];
    const rows = Array.from({ length: 120 }, (_, at) =>
      usage(`row-${at}`, { agreement: agreements[at % 3], amount: String(1_000 + at) }),
    );
    await Promise.all(rows.map((row) => ledger.submit(row)));
    await ledger.close();
    return new LedgerToAttack(server, base);
  }

  async copy(): Promise<AttackedLedger> {
    const name = `test_${randomBytes(6).toString('hex')}`;
    const from = new URL(this.base.ownerUrl).pathname.slice(1);
    await this.onServer(`CREATE DATABASE ${name} TEMPLATE ${from}`);
    const url = new URL(this.base.ownerUrl);
    url.pathname = `/${name}`;
    return AttackedLedger.open(url.toString(), () =>
      this.onServer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
    );
  }

  close(): Promise<void> {
    return this.base.drop();
  }

  private async onServer(statement: string): Promise<void> {
    const client = new pg.Client({ connectionString: this.server.ownerUrl });
    await client.connect();
    await client.query(statement).finally(() => client.end());
  }
}

export class AttackedLedger {
  private constructor(
    readonly ownerUrl: string,
    readonly owner: pg.Client,
    readonly pool: pg.Pool,
    private readonly drop: () => Promise<void>,
  ) {}

  static async open(ownerUrl: string, drop: () => Promise<void>): Promise<AttackedLedger> {
    const owner = new pg.Client({ connectionString: ownerUrl });
    await owner.connect();
    const pool = new pg.Pool({ connectionString: runtimeUrlOf(ownerUrl), max: 1 });
    return new AttackedLedger(ownerUrl, owner, pool, drop);
  }

  async close(): Promise<void> {
    await this.pool.end();
    await this.owner.end();
    await this.drop();
  }

  verify(options: Partial<Parameters<typeof verifyLedger>[0]> = {}): Promise<VerifyReport> {
    return verifyLedger({ pool: this.pool, requestFault, ...options });
  }

  async names(options: Partial<Parameters<typeof verifyLedger>[0]> = {}): Promise<string[]> {
    return [...new Set((await this.verify(options)).findings.map(({ finding }) => finding))];
  }

  /** As a superuser who first switches off what would stop him, and leaves it as it was. */
  async attack(...statements: readonly string[]): Promise<void> {
    const tables = ['ledger.ledger_event', 'ledger.ledger'];
    for (const table of tables) await this.owner.query(`ALTER TABLE ${table} DISABLE TRIGGER ALL`);
    try {
      for (const statement of statements) await this.owner.query(statement);
    } finally {
      for (const table of tables)
        await this.owner.query(`ALTER TABLE ${table} ENABLE ALWAYS TRIGGER append_only`);
    }
  }

  /** Submits as any writer does, with a process of its own state. */
  async submit(...submissions: ReturnType<typeof usage>[]) {
    const ledger = await PostgresLedger.open({ url: runtimeUrlOf(this.ownerUrl), deciders });
    try {
      return await Promise.all(submissions.map((each) => ledger.submit(each)));
    } finally {
      await ledger.close();
    }
  }

  async place(where: string, offset = 0): Promise<Place> {
    const { rows } = await this.owner.query<{ shard: number; position: string }>(
      `SELECT shard, position FROM ledger.ledger_event WHERE ${where} ORDER BY shard, position OFFSET ${offset} LIMIT 1`,
    );
    return { shard: rows[0]!.shard, position: Number(rows[0]!.position) };
  }

  async entry({ shard, position }: Place): Promise<Text> {
    const { rows } = await this.owner.query<{ entry: string }>(
      'SELECT entry FROM ledger.ledger_event WHERE shard = $1 AND position = $2',
      [shard, position],
    );
    return JSON.parse(rows[0]!.entry) as Text;
  }

  async end(shard: number): Promise<{ position: number; hash: string }> {
    const { rows } = await this.owner.query<{ position: string; hash: string }>(
      `SELECT position, encode(hash, 'hex') AS hash FROM ledger.shard_head WHERE shard = $1`,
      [shard],
    );
    return { position: Number(rows[0]!.position), hash: rows[0]!.hash };
  }

  /** Changes the entry there and hashes everything after it again, up to the head: all agrees with itself. */
  async rewrite({ shard, position }: Place, change: (entry: Text) => Text): Promise<void> {
    const { rows } = await this.owner.query<{ position: string; entry: string }>(
      'SELECT position, entry FROM ledger.ledger_event WHERE shard = $1 AND position >= $2 ORDER BY position',
      [shard, position],
    );
    let prev: string | null = null;
    const written: { text: string; hash: string }[] = [];
    for (const { entry } of rows) {
      const said = JSON.parse(entry) as Text;
      const changed: Text = prev === null ? change(said) : { ...said, prev };
      const text = canonical(changed);
      prev = hashEntry(text);
      written.push({ text, hash: prev });
    }
    const last = rows.at(-1)!;
    await this.owner.query('ALTER TABLE ledger.ledger_event DISABLE TRIGGER ALL');
    await this.owner.query(
      `UPDATE ledger.ledger_event e SET entry = w.text, hash = decode(w.hash, 'hex')
       FROM unnest($2::bigint[], $3::text[], $4::text[]) AS w (position, text, hash)
       WHERE e.shard = $1 AND e.position = w.position`,
      [shard, rows.map((row) => row.position), ...columnsOf(written)],
    );
    await this.owner.query('ALTER TABLE ledger.ledger_event ENABLE ALWAYS TRIGGER append_only');
    await this.owner.query(
      `UPDATE ledger.shard_head SET hash = decode($2, 'hex') WHERE shard = $1 AND position = $3`,
      [shard, prev, last.position],
    );
  }

  /** Appends what nobody decided, in its place in the chain and with columns that fit, and moves the head. */
  async forge(shard: number, like: Place, changed: Text): Promise<Place> {
    const end = await this.end(shard);
    const said: Text = { ...(await this.entry(like)), ...changed, shard: String(shard) };
    said['pos'] = String(end.position + 1);
    said['prev'] = end.position === 0 ? said['prev'] : end.hash;
    said['recordedAt'] = '2026-12-31T00:00:00.000000Z';
    const stream = streamNamed(String(said['tenant']), String(said['stream']));
    if (changed['version'] === undefined) {
      const { rows } = await this.owner.query<{ version: number }>(
        'SELECT coalesce(max(stream_version), 0) + 1 AS version FROM ledger.ledger_event WHERE shard = $1 AND stream_id = $2',
        [shard, streamId(stream)],
      );
      said['version'] = String(rows[0]!.version);
    }
    const text = canonical(said);
    const hash = hashEntry(text);
    await this.owner.query(
      `INSERT INTO ledger.ledger_event (position, recorded_at, effective_at, stream_id, shard, stream_version, epoch,
         schema_version, tenant, type, source, dedupe_key, request_digest, hash, entry)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, decode($13, 'hex'), decode($14, 'hex'), $15)`,
      [
        ...[said['pos'], said['recordedAt'], said['effectiveAt'], streamId(stream), shard],
        ...[said['version'], said['epoch'], said['schema'], said['tenant'], said['type']],
        ...[said['source'], `${said['tenant']} ${said['source']} ${said['id']}`, said['digest']],
        ...[hash, text],
      ],
    );
    await this.owner.query(
      `INSERT INTO ledger.stream (shard, stream_id, tenant, kind, key, version, last_position)
       VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
      [
        shard,
        streamId(stream),
        stream.tenant,
        stream.kind,
        stream.key,
        said['version'],
        said['pos'],
      ],
    );
    await this.owner.query(
      `UPDATE ledger.shard_head SET position = $2, hash = decode($3, 'hex'), recorded_at = $4 WHERE shard = $1`,
      [shard, said['pos'], hash, said['recordedAt']],
    );
    return { shard, position: end.position + 1 };
  }
}

const columnsOf = (written: readonly { text: string; hash: string }[]) => [
  written.map(({ text }) => text),
  written.map(({ hash }) => hash),
];
