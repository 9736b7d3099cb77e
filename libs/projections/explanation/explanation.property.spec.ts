import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sumOf, unitsOf } from '../../domain/money.js';
import { agreed, bookStep, RandomBook, type BookStep } from '../testing/random-book.js';
import type { Explanation } from './answer.js';
import { explanationOf } from './query.js';
import type { ExplainQuestion } from './question.js';

type Figure = Pick<ExplainQuestion, 'view' | 'figure' | 'period' | 'from' | 'to'>;

/** Every figure there is of a commitment, by what an unknown one is answered with. */
const figuresOf = async (
  explain: (figure: Figure) => Promise<unknown>,
  periods: number,
): Promise<readonly Figure[]> => {
  const kinds: readonly Omit<Figure, 'figure'>[] = [
    { view: 'burn-down' },
    { view: 'burn-down', from: '2026-02-10', to: '2026-07-20' },
    { view: 'remaining-obligation' },
    ...Array.from({ length: periods }, (_, period) => ({ view: 'periods', period }) as const),
  ];
  const all: Figure[] = [];
  for (const kind of kinds) {
    const refused = await explain({ ...kind, figure: 'no-such' }).catch((error: unknown) => error);
    const { known } = (refused as { facts: { known: readonly string[] } }).facts;
    all.push(...known.map((figure) => ({ ...kind, figure })));
  }
  return all;
};

const pagesOf = async (
  ask: (cursor: string | undefined) => Promise<Explanation | null>,
): Promise<readonly Explanation[]> => {
  const pages: Explanation[] = [];
  for (let next: string | null | undefined; next !== null;) {
    const page = await ask(next);
    if (page === null) throw new Error('a page of nothing');
    pages.push(page);
    next = page.next;
  }
  return pages;
};

const sumIn = (pages: readonly Explanation[]) =>
  sumOf(pages.flatMap(({ lines }) => lines).map(({ amount }) => unitsOf(amount!.amount)));

const at = { tenant: 'acme', commitmentId: 'deal.a' } as const;

interface Asked {
  readonly asOf: string;
  /** Of the ledger of one shard. */
  readonly known: number;
  readonly since: number;
  readonly limit: number;
}

const asked: fc.Arbitrary<Asked> = fc.record({
  asOf: fc.constantFrom('2026-02-15', '2026-04-30', '2026-08-31', '2027-02-01'),
  known: fc.nat(40),
  since: fc.nat(40),
  limit: fc.constantFrom(3, 1_000),
});

/** What lines were met, so that the test can say that it was about something. */
class Met {
  figures = 0;
  changes = 0;
  readonly lines = new Set<string>();

  see(pages: readonly Explanation[]): void {
    this.figures += 1;
    for (const { because, rule } of pages.flatMap(({ lines }) => lines)) {
      this.lines.add(because === 'limit' ? `limit ${rule}` : because);
    }
  }
}

const checkFigure = async (book: RandomBook, figure: Figure, all: Asked, met: Met) => {
  const { asOf, limit } = all;
  const view = book.seenAt(asOf, all.known);
  const pages = await pagesOf((cursor) =>
    explanationOf(book.ledger, view, { ...at, ...figure, asOf, limit, cursor }),
  );
  const { value, ratio, absent, addsUp } = pages.at(-1)!;
  const isAbsent = value === null && ratio === null;
  expect({ figure, asOf, addsUp, isAbsent }).toEqual({
    ...{ figure, asOf, isAbsent: absent !== null },
    addsUp: absent === null ? true : null,
  });
  met.see(pages);
  if (value === null || pages.at(-1)!.total === null) return;
  expect({ figure, sum: sumIn(pages) }).toEqual({ figure, sum: unitsOf(value.amount) });
  expect(Math.max(...pages.map(({ lines }) => lines.length))).toBeLessThanOrEqual(limit);
  await checkChange(book, figure, all, met);
};

const checkChange = async (book: RandomBook, figure: Figure, all: Asked, met: Met) => {
  const { asOf, known, since } = all;
  const question = { ...at, ...figure, asOf, limit: 1_000, since: `0:${since}` };
  const [before, after] = [book.seenAt(asOf, Math.min(since, known)), book.seenAt(asOf, known)];
  const valueOf = async (view: typeof before): Promise<bigint> => {
    const explained = await explanationOf(book.ledger, view, {
      ...question,
      since: undefined,
    }).catch(() => null);
    return explained?.value ? unitsOf(explained.value.amount) : 0n;
  };
  const change = await explanationOf(book.ledger, after, question, before);
  const by = (await valueOf(after)) - (await valueOf(before));
  expect({ figure, addsUp: change!.addsUp, sum: sumIn([change!]) }).toEqual({
    ...{ figure, addsUp: true, sum: by },
  });
  if (by !== 0n) met.changes += 1;
};

describe('an explanation', () => {
  it('adds up to the figure of the view, or to what it changed by, whatever happened, at every date and as known at any time', async () => {
    const met = new Met();
    const steps = fc.array(bookStep, { minLength: 5, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(agreed, steps, asked, async (pledged, all: readonly BookStep[], ask) => {
        const book = await RandomBook.of(pledged, all);
        const view = book.seenAt(ask.asOf, ask.known);
        const explain = (figure: Figure) =>
          explanationOf(book.ledger, view, { ...at, ...figure, asOf: ask.asOf });
        if ((await explain({ view: 'burn-down', figure: 'total' })) === null) return;
        const figures = await figuresOf(explain, book.periodsOf(view).length);
        for (const figure of figures) await checkFigure(book, figure, ask, met);
      }),
      { numRuns: 25 },
    );
    expect(met.figures).toBeGreaterThan(200);
    expect(met.changes).toBeGreaterThan(20);
    const often = ['used', 'moved', 'terms', 'figure', 'limit not-below-zero'];
    expect([...met.lines]).toEqual(expect.arrayContaining(often));
  });
});
