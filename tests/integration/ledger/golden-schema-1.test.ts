import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { targetOf } from '../../../libs/application/handle.js';
import { verifyLedger } from '../../../libs/audit/verify.js';
import { replayAndCompare } from '../../../libs/audit/replay.js';
import type { DrawdownRecorded } from '../../../libs/domain/commitment/events.js';
import type { CommitmentCommand } from '../../../libs/domain/commitment/commands.js';
import { charge } from '../../../libs/domain/testing/builders.js';
import { hashEntry, parseEntry } from '../../../libs/ledger/format/entry.js';
import type { PostgresLedger } from '../../../libs/ledger/postgres/postgres-ledger.js';
import { presentTermsVersion } from '../../../libs/application/terms-version.js';
import { changesTerms } from '../../../libs/domain/aggregates.js';
import { burnDown } from '../../../libs/projections/burn-down/query.js';
import { projections } from '../../../libs/projections/all.js';
import { databaseServers } from '../../support/database.js';
import { goldenLedger, openGolden, type OpenGolden } from '../../support/golden-ledger.js';
import { project } from '../projections/contents.js';

/** A ledger of one shard as the version before dated lines wrote it, with the states it kept: never to be changed. */
const GOLDEN = goldenLedger(1);
const ENTRIES = GOLDEN.entries;
const STATES = GOLDEN.states;

const TENANT = 'acme';

describe.each(databaseServers())('a ledger of schema 1 on $name', (server) => {
  let opened: OpenGolden;
  let pool: pg.Pool;
  let ledger: PostgresLedger;

  beforeAll(async () => {
    opened = await openGolden(server, GOLDEN, 1);
    ({ pool, ledger } = opened);
  });

  afterAll(() => opened.close());

  const on = async (commitmentId: string, asOf: string) => {
    const views = { pool, reader: ledger };
    const answer = await burnDown(views, { tenant: TENANT, commitmentId, asOf });
    const { applied, overage, ineligible, remaining } = answer!;
    return [applied, overage, ineligible, remaining].map(({ amount }) => amount).join(' ');
  };

  const tell = async (
    command: CommitmentCommand,
    id: string,
    effectiveAt: string,
  ): Promise<void> => {
    const outcome = await ledger.submit({
      ...targetOf(TENANT, command),
      source: 'new',
      id,
      digest: 'e'.repeat(64),
      actor: 'ann',
      effectiveAt,
      expectedVersion: null,
      command,
    });
    expect(outcome.outcome).toBe('appended');
  };

  const original = async (id: string): Promise<DrawdownRecorded['body']> => {
    const entry = await ledger.find(TENANT, 'golden', id);
    if (entry?.event.type !== 'DrawdownRecorded') throw new Error(`no drawdown ${id}`);
    return entry.event.body;
  };

  it('verifies: every hash, and states of its format decide nothing any more', async () => {
    const report = await verifyLedger({ pool });
    expect(report.findings).toEqual([]);
    expect(report.events).toBe(ENTRIES.length);
  });

  it('is projected, and replays to the same rows', async () => {
    await project(pool, ledger);
    const replay = await replayAndCompare({ pool, reader: ledger, projections });
    expect(replay.matches).toBe(true);
    // As it was decided then: what comes after the last day of a book was always right.
    expect(await on('late.c', '2026-12-31')).toBe('100 50 0 0');
    expect(await on('three.c', '2026-12-31')).toBe('100 20 0 0');
  });

  it('has terms at the version that its entries say, in decisions and in views', async () => {
    const entries = ENTRIES.map((entry) => parseEntry(entry, hashEntry(entry)));
    const statements = new Map<string, number>();
    for (const { event } of entries)
      if (/^Commitment(Pledged|Amended|Terminated)$/.test(event.type)) {
        const { commitmentId } = event.body as { readonly commitmentId: string };
        statements.set(commitmentId, (statements.get(commitmentId) ?? 0) + 1);
      }
    expect([...statements.values()].some((count) => count > 1)).toBe(true);
    for (const [id, version] of statements) {
      expect({
        id,
        version: await presentTermsVersion(ledger, TENANT, { kind: 'commitment', id }),
      }).toEqual({ id, version });
      const views = { pool, reader: ledger };
      const seen = await burnDown(views, { tenant: TENANT, commitmentId: id, asOf: '2026-12-31' });
      expect({ id, version: seen?.termsVersion }).toEqual({ id, version });
    }
    // States of agreements were kept without a version: they are folded from their events.
    const kept = STATES.filter(({ kind }) => kind === 'agreement');
    expect(kept.length).toBeGreaterThan(0);
    for (const { key } of kept) {
      const terms = entries.filter(
        ({ stream, event }) =>
          stream.kind === 'agreement' && stream.key === key && changesTerms(event.type),
      );
      const thing = { kind: 'agreement', id: key } as const;
      expect(await presentTermsVersion(ledger, TENANT, thing)).toBe(terms.length);
    }
  });

  it('answers rightly for every date once a book goes on: the next entry carries what was not said', async () => {
    const usage = ['late', 'three', 'tiers', 'months', 'amended', 'capped'];
    for (const agreementId of usage) {
      const drawdownId = `new ${agreementId}`;
      await tell(
        { type: 'RecordDrawdown', agreementId, drawdownId, charge: charge('0.5') },
        agreementId,
        '2026-11-01T00:00:00.000000Z',
      );
    }
    const march = await original('r1');
    const take = { reverses: march.drawdownId, original: march, amount: '10', reason: 'wrong' };
    await tell(
      { type: 'ReverseDrawdown', agreementId: 'released', drawdownId: 'new r1', ...take },
      'released',
      march.effectiveAt,
    );
    await project(pool, ledger);
    const answers: Record<string, string> = {};
    for (const [commitmentId, ...days] of [
      ['late.c', '2026-01-31', '2026-02-28', '2026-12-31'],
      ['three.c', '2026-02-15', '2026-03-31', '2026-06-30'],
      ['tiers.a', '2026-01-31', '2026-06-30'],
      ['tiers.b', '2026-01-31', '2026-06-30'],
      ['months.c', '2026-01-31', '2026-03-15'],
      ['amended.c', '2026-02-28', '2026-03-31'],
      ['released.c', '2026-05-31', '2026-06-01', '2026-12-31'],
      ['capped.c', '2026-03-31', '2026-04-30'],
    ] as const) {
      for (const day of days) answers[`${commitmentId} ${day}`] = await on(commitmentId, day);
    }
    // applied overage ineligible remaining
    expect(answers).toEqual({
      'late.c 2026-01-31': '50 0 0 50',
      'late.c 2026-02-28': '100 50 0 0',
      'late.c 2026-12-31': '100 50.5 0 0',
      'three.c 2026-02-15': '30 0 0 70',
      'three.c 2026-03-31': '70 0 0 30',
      'three.c 2026-06-30': '100 20 0 0',
      'tiers.a 2026-01-31': '80 0 0 20',
      'tiers.a 2026-06-30': '100 0 0 0',
      'tiers.b 2026-01-31': '0 0 0 1000',
      'tiers.b 2026-06-30': '80 0 0 920',
      'months.c 2026-01-31': '100 50 0 200',
      'months.c 2026-03-15': '90 0 0 210',
      'amended.c 2026-02-28': '100 50 0 0',
      'amended.c 2026-03-31': '0 0 0 500',
      'released.c 2026-05-31': '90 0 0 910',
      'released.c 2026-06-01': '90 0 0 0',
      'released.c 2026-12-31': '90 0 0 0',
      'capped.c 2026-03-31': '80 0 350 920',
      'capped.c 2026-04-30': '35 0 5 965',
    });
    const report = await verifyLedger({ pool });
    expect(report.findings).toEqual([]);
  });
});
