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

const amounts = (pages: readonly Explanation[]) =>
  sumOf(pages.flatMap(({ lines }) => lines).map(({ amount }) => unitsOf(amount!.amount)));

describe('an explanation', () => {
  it('adds up to the figure of the view, whatever happened, at every date and as known at any time', async () => {
    let explained = 0;
    const met = new Set<string>();
    const question = fc.record({
      asOf: fc.constantFrom('2026-02-15', '2026-04-30', '2026-08-31', '2027-02-01'),
      knownPosition: fc.nat(40),
      limit: fc.constantFrom(3, 1_000),
    });
    const steps = fc.array(bookStep, { minLength: 5, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(
        agreed,
        steps,
        question,
        async (pledged, all: readonly BookStep[], { asOf, ...asked }) => {
          const book = await RandomBook.of(pledged, all);
          const view = book.seenAt(asOf, asked.knownPosition);
          const at = { tenant: 'acme', commitmentId: 'deal.a', asOf, limit: asked.limit } as const;
          const explain = (figure: Figure, cursor?: string) =>
            explanationOf(book.ledger, view, { ...at, ...figure, cursor });
          if ((await explain({ view: 'burn-down', figure: 'total' })) === null) return;
          const { length } = book.periodsOf(view);
          for (const figure of await figuresOf(explain, length)) {
            const pages = await pagesOf((cursor) => explain(figure, cursor));
            const last = pages.at(-1)!;
            const { value, ratio, absent, addsUp } = last;
            const told = { figure, asOf, addsUp };
            if (absent !== null)
              expect({ ...told, value, ratio }).toEqual({
                ...told,
                addsUp: null,
                value: null,
                ratio: null,
              });
            else expect(told).toEqual({ ...told, addsUp: true });
            if (value !== null && last.total !== null) {
              expect({ figure, sum: amounts(pages) }).toEqual({
                figure,
                sum: unitsOf(value.amount),
              });
              expect(pages.every((page) => page.lines.length <= asked.limit)).toBe(true);
            }
            explained += 1;
            for (const { lines } of pages) {
              for (const { because, name, rule } of lines) {
                met.add(
                  because === 'limit' ? `${rule}` : because === 'figure' ? `${name}` : because,
                );
              }
            }
          }
        },
      ),
      { numRuns: 25 },
    );
    expect(explained).toBeGreaterThan(200);
    expect([...met]).toEqual(expect.arrayContaining(['used', 'moved', 'terms', 'not-below-zero']));
  });
});
