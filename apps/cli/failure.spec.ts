import { describe, expect, it } from '@jest/globals';
import { EXIT, toFailure } from './failure.js';

const coded = (code: string) => Object.assign(new Error('x'), { code });

describe('a database that does not answer', () => {
  it.each([
    coded('ECONNREFUSED'),
    coded('57P03'),
    new AggregateError([coded('ECONNREFUSED')]),
    new Error('timeout expired'),
    new Error('Connection terminated due to connection timeout'),
  ])('ends a command with the exit code for that, and with what to do: %s', (error) => {
    expect(toFailure(error)).toMatchObject({
      exitCode: EXIT.unreachable,
      message: expect.stringMatching(/^The database cannot be reached: ./),
      fix: expect.stringContaining('commitment-ledger doctor'),
    });
  });

  it('is not one that answers that it has no room left', () => {
    const full = Object.assign(new Error('could not extend file'), { code: '53100' });
    expect(toFailure(full)).toMatchObject({
      exitCode: EXIT.failed,
      message: 'The database takes no writes: could not extend file [database-full]',
      fix: expect.stringMatching(/^make room on the disk of PostgreSQL/),
    });
  });

  it('is not seen in any error without a code', () => {
    expect(toFailure(new Error('a bug'))).toMatchObject({
      exitCode: EXIT.failed,
      message: 'a bug',
      fix: null,
    });
  });
});
