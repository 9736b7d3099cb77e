import { describe, expect, it } from '@jest/globals';
import { deciders } from '../../domain/aggregates.js';
import { activeAgreement, Book, pledged } from '../../domain/testing/builders.js';
import { CONTEXT } from '../../domain/testing/context.js';
import { toReverseDrawdown } from './to-command.js';
import { ReverseDrawdownBody } from './bodies.js';
import { validateBody } from '../validation/validate.js';

describe('a reversal from the wire', () => {
  const reversalOf = (gross: string, amount: string) => {
    const book = new Book(activeAgreement, pledged());
    book.draw('500', '2026-01');
    const original = book.draw(gross, '2026-02');
    const [source, id] = original.drawdownId.split(' ') as [string, string];
    const body = { source, id, amount, reason: 'billed twice' };
    expect(validateBody(ReverseDrawdownBody, body)).toEqual([]);
    const command = toReverseDrawdown('deal', body, 'idempotency-key r1', original);
    return deciders.commitment.decide(command, book.state, CONTEXT, book.agreement);
  };

  it.each([
    ['50', '20', '-20'],
    ['-50', '20', '20'],
  ])('of %s takes back %s, in the sign of the original', (gross, amount, taken) => {
    expect(reversalOf(gross, amount)).toMatchObject({
      outcome: 'accepted',
      events: [{ type: 'DrawdownReversed', body: { split: { gross: taken, applied: taken } } }],
    });
  });

  it('of a refund never exceeds it either', () => {
    expect(reversalOf('-50', '50.01')).toMatchObject({
      rejection: { name: 'ReversalExceedsOriginal' },
    });
  });
});
