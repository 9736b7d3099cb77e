import { describe, expect, it } from '@jest/globals';
import { traceParentOf } from './trace-parent.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const GIVEN = `00-${TRACE}-00f067aa0ba902b7-01`;

describe('the trace that a sender names', () => {
  it('is taken as W3C Trace Context has it', () => {
    expect(traceParentOf(GIVEN)).toEqual({ header: GIVEN, traceId: TRACE });
  });

  it.each([`cc-${TRACE}-00f067aa0ba902b7-01`, `cc-${TRACE}-00f067aa0ba902b7-01-more`])(
    'may be of a later version: %s',
    (header) => expect(traceParentOf(header)).toEqual({ header, traceId: TRACE }),
  );

  it.each([
    undefined,
    '',
    GIVEN.toUpperCase(),
    `${GIVEN}-more`,
    `${GIVEN}, ${GIVEN}`,
    `ff-${TRACE}-00f067aa0ba902b7-01`,
    `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `cc-${TRACE}-00f067aa0ba902b7-01more`,
    `cc-${TRACE}-00f067aa0ba902b7-01-${'x'.repeat(100)}`,
    `${GIVEN}\n`,
  ])('is passed over when it is none: %s', (header) => expect(traceParentOf(header)).toBeNull());
});
