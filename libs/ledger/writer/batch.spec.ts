import { describe, expect, it } from '@jest/globals';
import { deciders } from '../../domain/aggregates.js';
import type { DomainCommand } from '../../domain/events.js';
import type { Outcome, Submission } from '../ledger.js';
import { Batch } from './batch.js';
import { PlanInProgress, type Plan } from './plan.js';
import { StreamCache } from './stream-cache.js';

const register = (id: string): Submission => {
  const command: DomainCommand = {
    ...{ type: 'RegisterParty', partyId: id, name: `Party ${id}`, kinds: ['vendor'] },
  } as const;
  return {
    ...{ stream: { tenant: 'acme', kind: 'party', key: id }, alongside: null },
    ...{ source: 'finance', id, digest: '0'.repeat(64), actor: 'alice', expectedVersion: null },
    ...{ effectiveAt: '2026-01-01T00:00:00.000000Z', command },
  };
};

/** A batch of one group for each party, and what each was answered. */
const batchOf = (...ids: readonly string[]) => {
  const answers = new Map<string, readonly Outcome[]>();
  const groups = ids.map((id) => ({
    submissions: [register(id)],
    answer: (outcomes: readonly Outcome[]) => void answers.set(id, outcomes),
    fail: (fault: unknown) => {
      throw fault;
    },
  }));
  const of = (id: string) => answers.get(id)?.map(({ outcome }) => outcome);
  return { batch: new Batch(groups), of };
};

/** What the shard would write of a batch, deciding from an empty ledger. */
const planOf = (batch: Batch): Plan => {
  const streams = new StreamCache(deciders, Infinity);
  for (const { submissions } of batch.groups)
    for (const { stream } of submissions) streams.putEmpty(stream);
  const head = { shard: 0, epoch: 1, position: 0, hash: '0'.repeat(64), recordedAt: null };
  const input = {
    ledgerId: 'l',
    deciders,
    head,
    streams,
    known: batch.known,
    now: 1_767_225_600e6,
  };
  return new PlanInProgress(input, batch.groups).finish();
};

describe('a batch of the writer', () => {
  it('answers what was planned once it is written', () => {
    const { batch, of } = batchOf('a', 'b');
    const plan = planOf(batch);
    batch.sent(plan);
    batch.answer(plan);
    expect([of('a'), of('b')]).toEqual([['appended'], ['appended']]);
  });

  it('given up before anything was sent, has certainly written nothing', () => {
    const { batch, of } = batchOf('a');
    batch.giveUp();
    expect(of('a')).toEqual(['overloaded']);
  });

  it('that lost its connection before anything was sent is in no doubt', () => {
    const { batch, of } = batchOf('a');
    batch.connectionLost();
    expect(batch.state).toEqual({ name: 'to-decide' });
    batch.giveUp();
    expect(of('a')).toEqual(['overloaded']);
  });

  it('that lost its connection in flight does not know, and says so of each of its keys', () => {
    const { batch, of } = batchOf('a', 'b');
    batch.sent(planOf(batch));
    batch.connectionLost();
    expect(batch.state).toEqual({ name: 'in-doubt', keys: ['acme finance a', 'acme finance b'] });
    batch.giveUp();
    expect([of('a'), of('b')]).toEqual([['unknown'], ['unknown']]);
  });

  it('does not lose its doubt when the connection is lost again while it looks', () => {
    const { batch, of } = batchOf('a');
    batch.sent(planOf(batch));
    batch.connectionLost();
    batch.connectionLost();
    batch.giveUp();
    expect(of('a')).toEqual(['unknown']);
  });

  it('is in no doubt any more when it was found out that nothing of it was taken', () => {
    const { batch, of } = batchOf('a');
    batch.sent(planOf(batch));
    batch.connectionLost();
    batch.decideAgain();
    batch.giveUp();
    expect(of('a')).toEqual(['overloaded']);
  });

  it('calls what an attempt of its own recorded appended, and what another recorded a repeat', () => {
    const found = (plan: Plan): Plan => ({
      ...plan,
      outcomes: plan.entries.map(({ recorded }) => [
        { outcome: 'already-appended', entries: [recorded] },
      ]),
    });
    const own = batchOf('a');
    const plan = planOf(own.batch);
    own.batch.sent(plan);
    own.batch.connectionLost();
    own.batch.answer(found(plan));
    expect(own.of('a')).toEqual(['appended']);

    const other = batchOf('a');
    other.batch.answer(found(plan));
    expect(other.of('a')).toEqual(['already-appended']);
  });

  it('ends the writer when the head refuses it for ever although nobody moves it', () => {
    const { batch } = batchOf('a');
    for (let times = 0; times < 50; times += 1) batch.stalled();
    expect(() => batch.stalled()).toThrow('the head of the shard disagrees with its events');
  });
});
