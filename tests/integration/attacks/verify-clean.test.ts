import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { digestOf } from '../../../libs/contract/json/digest.js';
import { handle } from '../../../libs/application/handle.js';
import { requestFault } from '../../../libs/application/request-fault.js';
import { toRecordDrawdown } from '../../../libs/application/usage-command.js';
import { verifyLedger } from '../../../libs/audit/verify.js';
import type { CommitmentTerms } from '../../../libs/domain/commitment/terms/terms.js';
import type { DomainCommand } from '../../../libs/domain/events.js';
import { deciders } from '../../../libs/domain/aggregates.js';
import { PostgresLedger } from '../../../libs/ledger/postgres/postgres-ledger.js';
import { databaseServers, testDatabase, type TestDatabase } from '../../support/database.js';

const TENANT = 'acme';
const DAYS = 330;
const START = Date.UTC(2026, 0, 1);
const at = (day: number): string =>
  new Date(START + day * 86_400_000).toISOString().replace('Z', '000Z');

const terms = (changed: Partial<CommitmentTerms> = {}): CommitmentTerms => ({
  ...{ name: 'Cloud', total: { amount: '90000', currency: 'USD' }, basis: 'billed' },
  ...{ startsAt: at(0), endsAt: at(365), countedCategories: ['usage', 'purchase'] },
  schedule: {
    mode: 'total-only',
    periods: [{ start: at(0), end: at(365), minimum: null }],
    ...{ excessCarriesForward: false, rolloverFraction: null },
  },
  eligibility: [
    {
      ...{ ruleId: 'half', effect: 'include', fraction: '0.5', class: 'half' },
      match: { attributes: { service: ['Half'] }, tags: {} },
      ...{ from: null, until: null },
    },
  ],
  caps: [{ class: 'half', of: 'absolute', value: '4000' }],
  ...{ priority: 1, stackable: false },
  ...changed,
});

/** Everything a book can go through, refunds and corrections of the past included: none of it is a finding. */
describe.each(databaseServers())('an eventful ledger on $name', (server) => {
  let db: TestDatabase;
  let pool: pg.Pool;
  let ledger: PostgresLedger;
  let number = 0;

  const tell = async (agreementId: string, command: DomainCommand, effectiveAt: string) => {
    number += 1;
    const outcome = await handle(ledger, {
      ...{ tenant: TENANT, actor: 'ann', source: 'urn:test', id: `c${number}`, command },
      ...{ digest: digestOf(command), effectiveAt, expectedVersion: null },
    });
    if (outcome.outcome !== 'appended')
      throw new Error(`${agreementId} ${JSON.stringify(outcome)}`);
    return outcome.entries;
  };

  const use = async (agreement: string, id: string, day: number, amount: string, more = {}) => {
    const outcome = await ledger.submit(
      toRecordDrawdown(
        {
          ...{ source: 'urn:billing', id, agreement, effectiveAt: at(day), currency: 'USD' },
          ...{ costs: { billed: amount, list: '7' }, tags: { team: 'a', '7': 'seven' } },
          ...more,
        },
        { tenant: TENANT, name: 'finance' },
      ),
    );
    expect(outcome.outcome).toBe('appended');
  };

  const takeBack = async (agreementId: string, id: string, amount: string | null, day: number) => {
    const entry = await ledger.find(TENANT, 'urn:billing', id);
    if (entry?.event.type !== 'DrawdownRecorded') throw new Error(id);
    const original = entry.event.body;
    number += 1;
    const command = {
      type: 'ReverseDrawdown' as const,
      ...{ agreementId, drawdownId: `urn:test back-${number}` },
      ...{ reverses: original.drawdownId, original, amount, reason: 'wrong' },
    };
    await tell(agreementId, command, at(day));
  };

  const fill = async (agreementId: string): Promise<void> => {
    const commitmentId = `${agreementId}.c`;
    await tell(
      agreementId,
      {
        ...{ type: 'ProposeAgreement', agreementId, title: 'Deal', vendorId: 'v', customerId: 'l' },
        ...{ startsAt: at(0), endsAt: null, documents: [] },
      },
      at(0),
    );
    await tell(agreementId, { type: 'ActivateAgreement', agreementId, activatedAt: at(0) }, at(0));
    await tell(
      agreementId,
      { type: 'PledgeCommitment', agreementId, commitmentId, terms: terms() },
      at(0),
    );
    for (let day = 0; day < DAYS; day += 1) {
      const attributes = day % 3 === 0 ? { attributes: { service: 'Half' } } : {};
      await use(agreementId, `${agreementId}-${day}`, DAYS - day, `${100 + day}.25`, attributes);
    }
    await use(agreementId, `${agreementId}-refund`, 40, '-55.5');
    await takeBack(agreementId, `${agreementId}-10`, '3.1', 329);
    await takeBack(agreementId, `${agreementId}-10`, null, 329);
    await takeBack(agreementId, `${agreementId}-refund`, '-5', 329);
    // Moves what lies on every day: more lines than fit into one entry.
    const total = { amount: '500', currency: 'USD' };
    const amended = await tell(
      agreementId,
      {
        type: 'AmendCommitment',
        agreementId,
        commitmentId,
        terms: terms({ total }),
        reason: 'less',
      },
      at(0),
    );
    expect(amended.length).toBeGreaterThan(1);
    const second = terms({
      name: 'Second',
      priority: 2,
      total: { amount: '5000', currency: 'USD' },
    });
    await tell(
      agreementId,
      { type: 'PledgeCommitment', agreementId, commitmentId: `${agreementId}.d`, terms: second },
      at(100),
    );
    await use(agreementId, `${agreementId}-late`, 3, '12.75');
    await tell(
      agreementId,
      {
        ...{ type: 'TerminateCommitment', agreementId, commitmentId, terminatedAt: at(300) },
        ...{ obligation: 'released', reason: 'over' },
      },
      at(300),
    );
    await takeBack(agreementId, `${agreementId}-20`, null, 329);
  };

  beforeAll(async () => {
    db = await testDatabase({ server });
    pool = new pg.Pool({ connectionString: db.runtimeUrl, max: 4 });
    ledger = await PostgresLedger.open({ pool, deciders });
    for (const partyId of ['v', 'l'])
      await tell(partyId, { type: 'RegisterParty', partyId, name: partyId, kinds: [] }, at(0));
    for (const agreementId of ['one', 'two']) await fill(agreementId);
  });
  afterAll(async () => {
    await ledger.close();
    await pool.end();
    await db.drop();
  });

  it('has nothing that is not as it was decided', async () => {
    const report = await verifyLedger({ pool, requestFault });
    expect(report.findings).toEqual([]);
    const { rows } = await pool.query<{ followers: number }>(
      `SELECT count(*)::int AS followers FROM ledger.ledger_event WHERE type = 'DrawdownsReallocated'`,
    );
    expect(rows[0]!.followers).toBeGreaterThan(0);
    // Each entry is decided again, or follows one that is.
    expect(report.meaning!.decisions).toBe(report.events - rows[0]!.followers);
    expect(report.meaning!.states).toBeGreaterThan(0);
  });

  it.each([0, 20_000])(
    'nor where streams are folded by themselves (%s characters fit)',
    async (statesCharsMax) => {
      const whole = await verifyLedger({ pool, requestFault });
      const report = await verifyLedger({ pool, requestFault, statesCharsMax, identitiesMax: 100 });
      expect([report.findings, report.meaning]).toEqual([[], whole.meaning]);
      const matched = await verifyLedger({ pool, checkpoint: whole });
      expect([matched.findings, matched.level]).toEqual([[], 'matches-checkpoint']);
    },
  );

  it('gives the same without any kept state', async () => {
    const checkpoint = await verifyLedger({ pool });
    await pool.query('UPDATE ledger.stream SET state = NULL, state_version = 0');
    const report = await verifyLedger({ pool, requestFault, checkpoint });
    expect([report.findings, report.level, report.meaning!.states]).toEqual([
      [],
      'matches-checkpoint',
      0,
    ]);
    await use('one', 'afterwards', 5, '1');
    expect((await verifyLedger({ pool, checkpoint })).level).toBe('matches-checkpoint');
  });
});
