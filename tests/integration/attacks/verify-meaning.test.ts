import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { databaseServers } from '../../support/database.js';
import { AttackedLedger, LedgerToAttack, TENANT, usage } from '../../support/attacked-ledger.js';

/** What soundly chained entries say is looked at too: nonsense with a good hash is nonsense. */
describe.each(databaseServers())('entries that nobody decided, on $name', (server) => {
  let base: LedgerToAttack;
  let ledger: AttackedLedger;
  beforeAll(async () => {
    base = await LedgerToAttack.open(server);
  });
  afterAll(() => base.close());
  beforeEach(async () => {
    ledger = await base.copy();
  });
  afterEach(() => ledger.close());

  const drawdown = (agreement: string, offset = 5) =>
    ledger.place(
      `type = 'DrawdownRecorded' AND entry LIKE '%"stream":"commitment:${agreement}"%'`,
      offset,
    );

  it('finds nothing where nothing was done', async () => {
    const report = await ledger.verify();
    expect(report.findings).toEqual([]);
    expect(report.meaning!.decisions).toBe(report.events);
  });

  describe('a decision made on a state that was changed', () => {
    /** A writer that starts now reads the kept state: make one, change it, and let it decide. */
    const decideOnChanged = async (
      kind: string,
      key: string,
      change: (state: string) => string,
      ...submissions: ReturnType<typeof usage>[]
    ) => {
      const { rows } = await ledger.owner.query<{ state: string }>(
        'SELECT state FROM ledger.stream WHERE kind = $1 AND key = $2 AND state IS NOT NULL',
        [kind, key],
      );
      const changed = change(rows[0]!.state);
      expect(changed).not.toBe(rows[0]!.state);
      await ledger.owner.query('UPDATE ledger.stream SET state = $3 WHERE kind = $1 AND key = $2', [
        ...[kind, key, changed],
      ]);
      return ledger.submit(...submissions);
    };

    it('is found for ever, also when the state is gone', async () => {
      // The total of the pledge, made ten thousand times as much.
      const answers = await decideOnChanged(
        ...(['commitment', 'google-anthropic'] as const),
        (state) =>
          state.replace(/"total":\{"amount":"700000000"/, '"total":{"amount":"7000000000000"'),
        usage('late', { amount: '900000000' }),
      );
      expect(answers[0]).toMatchObject({ outcome: 'appended' });
      const { shard, position } = (
        answers[0] as unknown as { entries: { shard: number; position: number }[] }
      ).entries[0]!;
      await ledger.owner.query('UPDATE ledger.stream SET state = NULL, state_version = 0');
      const { findings } = await ledger.verify();
      expect(findings).toEqual([
        expect.objectContaining({
          ...{ finding: 'decision-mismatch', shard, position },
          detail: expect.stringMatching(
            /recorded as gross 900000000, applied 900000000, overage 0.*decided again: gross 900000000, applied 69\d+/,
          ),
        }),
      ]);
      // A run that says that it does not look says nothing.
      expect(await ledger.verify({ quick: true })).toMatchObject({ sound: true, meaning: null });
    });

    it('is found where it was the agreement beside it', async () => {
      await ledger.owner.query(
        `UPDATE ledger.stream SET state = replace(state, '"status":"active"', '"status":"proposed"')
         WHERE kind = 'agreement' AND key = 'google-anthropic'`,
      );
      const entry = await ledger.entry(await drawdown('google-anthropic'));
      const terminated = await ledger.forge(
        (await drawdown('google-anthropic')).shard,
        await ledger.place(`type = 'AgreementActivated' AND entry LIKE '%google-anthropic%'`),
        {
          ...{ type: 'AgreementTerminated', id: 'end', effectiveAt: entry['effectiveAt'] },
          body: {
            ...{ agreementId: 'google-anthropic', reason: 'x' },
            terminatedAt: '2026-01-01T00:00:00.000000Z',
          },
        },
      );
      await ledger.owner.query('UPDATE ledger.stream SET state = NULL, state_version = 0');
      expect(await ledger.verify()).toMatchObject({ sound: true });
      const later = await ledger.forge(terminated.shard, await drawdown('google-anthropic'), {
        ...{ id: 'after-the-end' },
      });
      const { findings } = await ledger.verify({ requestFault: () => null });
      expect(findings).toContainEqual(
        expect.objectContaining({
          ...{ finding: 'decision-mismatch', ...later },
          detail: expect.stringContaining('AgreementNotActive'),
        }),
      );
    });

    it('is found of a tranche whose gate was not open', async () => {
      const agreed = await ledger.place(
        `type = 'TrancheAgreed' AND entry LIKE '%"gate":{%"milestone":%' AND NOT EXISTS (
           SELECT 1 FROM ledger.ledger_event called
           WHERE called.type = 'TrancheCalled' AND called.entry::json #>> '{body,trancheId}'
             = ledger_event.entry::json #>> '{body,trancheId}')`,
      );
      const { body } = await ledger.entry(agreed);
      const { investmentId, trancheId } = body as Record<string, string>;
      const forged = await ledger.forge(agreed.shard, agreed, {
        ...{ type: 'TrancheCalled', id: 'call', schema: '1' },
        body: { calledAt: '2026-11-01T00:00:00.000000Z', investmentId, trancheId },
      });
      expect((await ledger.verify()).findings).toContainEqual(
        expect.objectContaining({
          ...{ finding: 'decision-mismatch', ...forged },
          detail: expect.stringContaining('TrancheNotEligible'),
        }),
      );
    });
  });

  it('finds parts that do not add up to their whole, and that nobody decided so', async () => {
    const like = await drawdown('google-anthropic');
    const { body } = await ledger.entry(like);
    const split = { applied: '999000000000', gross: '5' };
    const forged = await ledger.forge(like.shard, like, {
      ...{ id: 'too-much', body: { ...(body as object), split } },
    });
    const names = (await ledger.verify()).findings.filter(
      ({ position }) => position === forged.position,
    );
    expect(names.map(({ finding }) => finding).sort()).toEqual([
      'decision-mismatch',
      'split-mismatch',
    ]);
    // Also where nothing is decided again.
    expect(await ledger.names({ quick: true })).toEqual(['split-mismatch']);
  });

  it('finds a drawdown whose split adds up, and is not what its charge gives', async () => {
    const like = await drawdown('amazon-anthropic');
    const { body } = await ledger.entry(like);
    const { charge, split } = body as { charge: { amount: string }; split: { gross: string } };
    await ledger.rewrite(like, (entry) => ({
      ...entry,
      body: {
        ...(body as object),
        charge: { ...charge, amount: '1' },
        split: { ...split, gross: '1', applied: '1' },
      },
    }));
    const { findings } = await ledger.verify();
    expect(findings.map(({ finding }) => finding)).toContain('decision-mismatch');
    expect(findings.filter(({ finding }) => finding === 'request-mismatch')).toEqual([
      expect.objectContaining(like),
    ]);
  });

  it.each([false, true])(
    'finds an identity that came twice (in another shard: %s)',
    async (other) => {
      await ledger.attack(
        'ALTER TABLE ledger.ledger_event DROP CONSTRAINT ledger_event_dedupe_key',
      );
      const like = await drawdown('google-anthropic');
      const first = other ? await drawdown('amazon-anthropic', 3) : like;
      expect(other ? first.shard !== like.shard : true).toBe(true);
      const { id } = await ledger.entry(first);
      const forged = await ledger.forge(like.shard, like, { id });
      // The index as it should be, as far as anybody can see.
      await ledger.owner.query(
        'CREATE INDEX ledger_event_dedupe_key ON ledger.ledger_event (dedupe_key)',
      );
      const { findings } = await ledger.verify();
      const places = [
        `${first.shard}:${first.position}`,
        `${forged.shard}:${forged.position}`,
      ].sort();
      expect(findings.find(({ finding }) => finding === 'identity-repeated')).toMatchObject({
        detail: expect.stringContaining(places.join(', ')),
      });
      expect(findings.map(({ finding }) => finding)).toContain('catalogue-mismatch');
      // With less memory than the ledger has events, in several passes.
      expect(await ledger.names({ identitiesMax: 50 })).toContain('identity-repeated');
    },
  );

  it('finds a stream that stands in two shards', async () => {
    const like = await drawdown('google-anthropic');
    const shard = (like.shard + 1) % 4;
    const forged = await ledger.forge(shard, like, { id: 'elsewhere', version: '1' });
    expect((await ledger.verify()).findings).toContainEqual(
      expect.objectContaining({
        ...{ finding: 'wrong-shard', ...forged },
        detail: expect.stringContaining(`belongs into shard ${like.shard}`),
      }),
    );
  });

  it('finds a drawdown with the digest of another request', async () => {
    const like = await drawdown('amazon-anthropic');
    const { digest } = await ledger.entry(await drawdown('amazon-anthropic', 9));
    await ledger.rewrite(like, (entry) => ({ ...entry, digest }));
    await ledger.attack(
      `UPDATE ledger.ledger_event SET request_digest = decode('${String(digest)}', 'hex')
       WHERE shard = ${like.shard} AND position = ${like.position}`,
    );
    expect((await ledger.verify()).findings).toEqual([
      expect.objectContaining({ finding: 'request-mismatch', ...like }),
    ]);
  });

  it.each([
    ['a type that is not known', { type: 'Bogus', schema: '1' }, 'unknown-type'],
    ['a type of another kind of stream', { type: 'PartyRegistered', schema: '1' }, 'wrong-stream'],
    ['a schema of a version to come', { schema: '9' }, 'unknown-schema'],
    [
      'lines that nobody asked to move',
      { type: 'DrawdownsReallocated', schema: '1' },
      'decision-mismatch',
    ],
  ])('finds %s', async (_, changed: { type?: string; schema: string }, finding) => {
    const like = await drawdown('google-anthropic');
    const { body } = await ledger.entry(like);
    const moved = { agreementId: 'google-anthropic', currency: 'USD', lines: [] };
    const told = changed.type === 'DrawdownsReallocated' ? moved : body;
    const forged = await ledger.forge(like.shard, like, { id: 'odd', ...changed, body: told });
    expect((await ledger.verify()).findings).toContainEqual(
      expect.objectContaining({ finding, ...forged }),
    );
  });

  it('finds a reversal of more than there was, of nothing, and of a reversal', async () => {
    const like = await drawdown('amazon-anthropic');
    const { body, effectiveAt, source, id } = await ledger.entry(like);
    const { charge, split, lines } = body as {
      charge: object;
      split: { gross: string };
      lines: readonly Record<string, string>[];
    };
    const taken = `-${Number(split.gross) + 1}`;
    const reversal = (reverses: string) => ({
      ...{ type: 'DrawdownReversed', schema: '2', effectiveAt },
      body: {
        ...{ agreementId: 'amazon-anthropic', currency: 'USD', drawdownId: 'x y', effectiveAt },
        lines: lines.map((line) => ({
          ...line,
          applied: taken,
          day: '2026-11-20',
          overage: '0',
          ineligible: '0',
          class: '',
        })),
        original: { attributes: {}, category: 'usage', effectiveAt, tags: {}, charge },
        ...{ reallocated: { applied: '0', ineligible: '0', overage: '0' }, reason: 'r', reverses },
        split: { applied: taken, gross: taken, ineligible: '0', overage: '0' },
        trace: [],
      },
    });
    const tooMuch = await ledger.forge(like.shard, like, {
      id: 'r1',
      ...reversal(`${String(source)} ${String(id)}`),
    });
    const ofNothing = await ledger.forge(like.shard, like, {
      id: 'r2',
      ...reversal('urn:billing nothing'),
    });
    const { findings } = await ledger.verify();
    expect(findings).toContainEqual(
      expect.objectContaining({
        ...{ finding: 'decision-mismatch', ...tooMuch },
        detail: expect.stringContaining('ReversalExceedsOriginal'),
      }),
    );
    expect(findings).toContainEqual(
      expect.objectContaining({
        ...{ finding: 'decision-mismatch', ...ofNothing },
        detail: expect.stringContaining('DrawdownUnknown'),
      }),
    );
  });

  it('compares kept states of every kind, and says which', async () => {
    const { rows } = await ledger.owner.query<{ kind: string; key: string }>(
      `SELECT DISTINCT ON (kind) kind, key FROM ledger.stream WHERE state IS NOT NULL AND kind <> 'party' ORDER BY kind`,
    );
    expect(rows.length).toBeGreaterThan(1);
    for (const { kind, key } of rows)
      await ledger.owner.query(
        `UPDATE ledger.stream SET state = regexp_replace(state, '":"[a-z]', '":"q') WHERE kind = $1 AND key = $2`,
        [kind, key],
      );
    const { findings } = await ledger.verify();
    for (const { kind, key } of rows)
      expect(findings).toContainEqual(
        expect.objectContaining({
          finding: 'state-mismatch',
          detail: expect.stringContaining(`${TENANT} ${kind}:${key}`),
        }),
      );
    // Streams that did not fit are folded by themselves.
    const few = await ledger.verify({ statesCharsMax: 1 });
    expect(few.findings.map(({ detail }) => detail).sort()).toEqual(
      findings.map(({ detail }) => detail).sort(),
    );
    expect(few.meaning).toEqual((await ledger.verify()).meaning);
  });
});
