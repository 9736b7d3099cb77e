import { describe, expect, it } from '@jest/globals';
import { deciders } from '../aggregates.js';
import { activeAgreement, Book, pledged } from '../testing/builders.js';

const LARGEST = '999999999999999999';

describe('sums of a book', () => {
  it('may have more digits than any one amount, and are stored and read back all the same', () => {
    const book = new Book(activeAgreement, pledged());
    for (const month of ['2026-02', '2026-03', '2026-04']) book.draw(LARGEST, month);
    const restored = deciders.commitment.decode(deciders.commitment.encode(book.state));
    expect(restored).toEqual(book.state);
    expect(book.on('2026-12-31')[0]!.overage).toBe((3n * BigInt(LARGEST) - 1000n) * 10n ** 12n);
  });
});
