import { describe, expect, it } from '@jest/globals';
import { SAMPLES } from '../domain/testing/samples.js';
import type { MovedReader, MovedStream, RecordedEntry, StreamName } from '../ledger/ledger.js';
import { entryNews } from './entry-news.js';
import type { Interest } from './interest.js';
import { placeText } from './place.js';
import { tell } from './tell.js';
import type { Limits, Span, Told } from './told.js';

const LIMITS: Limits = { entries: 10, deliveries: 20, positions: 1_000, subjects: 2 };
const PROJECTIONS = [
  { name: 'facts', handles: ['PartyRegistered'] },
  { name: 'sums', handles: ['DrawdownRecorded'] },
];

const book = (agreement: string, tenant = 'acme'): StreamName => ({
  ...{ tenant, kind: 'commitment', key: agreement },
});

interface Appended {
  readonly stream: StreamName;
  readonly shard: number;
  readonly events: number;
}

/** A ledger in which so many drawdowns of each stream follow each other, from position 1 of its shard. */
const ledgerOf = (appended: readonly Appended[]): MovedReader & { read: number } => {
  const next = new Map<number, number>();
  const entries = appended.flatMap(({ stream, shard, events }) =>
    Array.from({ length: events }, (_, index): RecordedEntry => {
      const position = (next.get(shard) ?? 0) + 1;
      next.set(shard, position);
      return {
        ...{ tenant: stream.tenant, shard, epoch: 0, position, prev: '', hash: '', stream },
        ...{ version: index + 1, source: 's', id: `${stream.key}-${index}`, digest: '', schema: 1 },
        ...{ recordedAt: '', effectiveAt: '', actor: 'a', entry: '' },
        event: SAMPLES.DrawdownRecorded,
      };
    }),
  );
  return {
    read: 0,
    movedStreams: async (ranges, tenants) =>
      ranges.flatMap(({ shard, after, upTo }, range) =>
        appended.flatMap(({ stream }): MovedStream[] => {
          const own = entries.filter(
            (entry) =>
              entry.stream === stream &&
              entry.shard === shard &&
              entry.position > after &&
              entry.position <= upTo,
          );
          const [first, last] = [own[0]?.version, own.at(-1)?.version];
          if (first === undefined || last === undefined || !tenants.includes(stream.tenant))
            return [];
          return [
            { range, shard, stream, type: 'DrawdownRecorded', events: own.length, first, last },
          ];
        }),
      ),
    async readVersions(wanted, limit) {
      this.read += 1;
      return entries
        .filter((entry) =>
          wanted.some(
            ({ stream, first, last }) =>
              entry.stream === stream && entry.version >= first && entry.version <= last,
          ),
        )
        .sort((one, other) => one.shard - other.shard || one.position - other.position)
        .slice(0, limit);
    },
  };
};

const wish = (more: Partial<Interest> = {}): Interest => ({
  ...{ tenant: 'acme', entries: true, views: true, agreementId: null, commitmentId: null },
  ...more,
});

const span = (upTo: readonly number[], limits = LIMITS): Span => ({
  from: { ledger: upTo.map(() => 0), views: { facts: upTo.map(() => 0), sums: upTo.map(() => 0) } },
  to: { ledger: upTo, views: { facts: upTo, sums: upTo } },
  ...{ reason: 'too-many-at-once', limits },
});

const toldTo = (told: readonly Told[], interest: Interest): readonly string[] =>
  told
    .filter(({ tenant, isFor }) => tenant === interest.tenant && isFor(interest))
    .map((one) =>
      one.name === 'entry'
        ? `entry ${one.data.shard}:${one.data.position}`
        : `${one.name} ${one.data.agreementId}`,
    );

describe('telling what happened between two places', () => {
  it('tells entries by shard and position, each at its place, and then the views that handle them', async () => {
    const ledger = ledgerOf([
      { stream: book('b'), shard: 1, events: 2 },
      { stream: book('a'), shard: 0, events: 2 },
    ]);
    const told = await tell(ledger, PROJECTIONS, [{ interest: wish(), readers: 1 }], span([2, 2]));
    expect(
      told.map(({ name, place, data }) => [name, placeText(place).split(';')[0], data.agreementId]),
    ).toEqual([
      ['entry', '0:1,1:0', 'a'],
      ['entry', '0:2,1:0', 'a'],
      ['entry', '0:2,1:1', 'b'],
      ['entry', '0:2,1:2', 'b'],
      ['view', '0:2,1:2', 'a'],
      ['view', '0:2,1:2', 'b'],
    ]);
    expect(told.flatMap((one) => (one.name === 'view' ? [one.data.views] : []))).toEqual([
      { sums: '0:2' },
      { sums: '1:2' },
    ]);
  });

  it('tells of the quiet one what it has, and of the busy one first that it is left out', async () => {
    const ledger = ledgerOf([
      { stream: book('busy'), shard: 0, events: 9 },
      { stream: book('quiet'), shard: 0, events: 2 },
    ]);
    const audience = [
      { interest: wish(), readers: 1 },
      { interest: wish({ agreementId: 'quiet' }), readers: 1 },
    ];
    const told = await tell(ledger, PROJECTIONS, audience, span([11]));
    expect(toldTo(told, wish())).toEqual([
      'behind busy',
      'entry 0:10',
      'entry 0:11',
      'view busy',
      'view quiet',
    ]);
    expect(toldTo(told, wish({ agreementId: 'quiet' }))).toEqual([
      'entry 0:10',
      'entry 0:11',
      'view quiet',
    ]);
    expect(told[0]).toMatchObject({
      place: { ledger: [0] },
      data: {
        reason: 'too-many-at-once',
        stream: 'commitment:busy',
        entries: 9,
        after: '0:0',
        upTo: '0:11',
      },
    });
  });

  it('counts an entry as often as it is told', async () => {
    const ledger = ledgerOf([{ stream: book('a'), shard: 0, events: 5 }]);
    const told = (readers: number) =>
      tell(ledger, PROJECTIONS, [{ interest: wish(), readers }], span([5]));
    expect((await told(4)).map(({ name }) => name)).toEqual([...Array(5).fill('entry'), 'view']);
    expect((await told(5)).map(({ name }) => name)).toEqual(['behind', 'view']);
  });

  it('reads no entry that nobody wants', async () => {
    const ledger = ledgerOf([{ stream: book('a'), shard: 0, events: 5 }]);
    const interests = [
      wish({ entries: false }),
      wish({ agreementId: 'b' }),
      wish({ agreementId: 'a', commitmentId: 'b.c' }),
    ];
    const told = await tell(
      ledger,
      PROJECTIONS,
      interests.map((interest) => ({ interest, readers: 1 })),
      span([5]),
    );
    expect(ledger.read).toBe(0);
    expect(interests.map((interest) => toldTo(told, interest))).toEqual([['view a'], [], []]);
  });

  it('says that any may have moved where there is too much to look at', async () => {
    const ledger = ledgerOf([{ stream: book('a'), shard: 0, events: 1_001 }]);
    const told = await tell(
      ledger,
      PROJECTIONS,
      [{ interest: wish({ agreementId: 'z' }), readers: 1 }],
      span([1_001]),
    );
    expect(told.map(({ name, data }) => [name, data])).toEqual([
      [
        'behind',
        {
          ...{ reason: 'too-many-at-once', stream: null, agreementId: null, partyId: null },
          ...{ entries: null, after: '0:0', upTo: '0:1001' },
        },
      ],
      ['view', { agreementId: null, partyId: null, views: { facts: '0:1001', sums: '0:1001' } }],
    ]);
    expect(toldTo(told, wish({ agreementId: 'z' }))).toEqual(['behind null', 'view null']);
  });

  it('tells those who watch everything of many moves as one, and others of theirs', async () => {
    const ledger = ledgerOf(
      ['a', 'b', 'c'].map((id) => ({ stream: book(id), shard: 0, events: 1 })),
    );
    const only = { entries: false };
    const audience = [{ interest: wish(only), readers: 1 }];
    const told = await tell(ledger, PROJECTIONS, audience, span([3]));
    expect(toldTo(told, wish(only))).toEqual(['view null']);
    expect(toldTo(told, wish({ ...only, agreementId: 'b' }))).toEqual(['view b']);
    expect(toldTo(told, wish({ ...only, tenant: 'other' }))).toEqual([]);
  });
});

describe('what is said of an entry', () => {
  const entryOf = (event: RecordedEntry['event'], stream: StreamName): RecordedEntry => ({
    ...{ tenant: 'acme', shard: 0, epoch: 0, position: 1, prev: '', hash: '', stream, version: 1 },
    ...{ source: 's', id: 'i', digest: '', schema: 1, recordedAt: '', effectiveAt: '', actor: 'a' },
    ...{ event, entry: '' },
  });

  it('names what it is about, whatever it is', () => {
    const investment: StreamName = { tenant: 'acme', kind: 'investment', key: 'deal.equity' };
    expect(entryNews(entryOf(SAMPLES.TrancheFunded, investment))).toMatchObject({
      ...{ agreementId: 'deal', investmentId: 'deal.equity', trancheId: 'deal.equity.first' },
      ...{ milestoneId: null, commitmentIds: [], partyId: null },
    });
    expect(
      entryNews(entryOf(SAMPLES.PartyRegistered, { tenant: 'acme', kind: 'party', key: 'vendor' })),
    ).toMatchObject({ partyId: 'vendor', agreementId: null, amounts: {} });
    for (const event of Object.values(SAMPLES))
      for (const { amount, currency } of Object.values(
        entryNews(entryOf(event, book('deal'))).amounts,
      ))
        expect({ type: event.type, amount, currency }).toEqual({
          type: event.type,
          amount: expect.stringMatching(/^-?\d+(\.\d+)?$/),
          currency: expect.stringMatching(/^[A-Z]{3}$/),
        });
  });
});
