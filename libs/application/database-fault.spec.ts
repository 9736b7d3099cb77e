import { describe, expect, it } from '@jest/globals';
import { LedgerUnreadable } from '../ledger/postgres/unreadable.js';
import {
  isDatabaseAway,
  isDatabaseFault,
  isDatabaseSlow,
  writeTroubleOf,
} from './database-fault.js';

const coded = (code: string) => Object.assign(new Error('x'), { code });

describe('a database that is away', () => {
  it.each([
    coded('57P01'),
    coded('57P03'),
    coded('08006'),
    coded('53300'),
    coded('ECONNREFUSED'),
    new AggregateError([coded('ECONNREFUSED')]),
    new Error('Connection terminated unexpectedly'),
    new Error('Query read timeout'),
    new Error('timeout exceeded when trying to connect'),
    new Error('timeout expired'),
    new Error('Connection terminated due to connection timeout'),
    new Error('Client has encountered a connection error and is not queryable'),
  ])('is seen in %s', (error) => {
    expect(isDatabaseAway(error)).toBe(true);
  });

  it.each([
    coded('23505'),
    coded('22P02'),
    coded('57014'),
    coded('53100'),
    coded('53200'),
    coded('53400'),
    coded('25006'),
    new Error('no such thing'),
    'ECONN',
    null,
  ])('is not seen in %s', (error) => {
    expect(isDatabaseAway(error)).toBe(false);
  });
});

describe('a database that takes too long', () => {
  it('is told apart from one that is away', () => {
    const errors = [coded('57014'), new Error('Query read timeout'), coded('57P01'), null];
    expect(errors.map(isDatabaseSlow)).toEqual([true, false, false, false]);
  });
});

describe('a database that answers and takes no writes', () => {
  it.each([
    [coded('53100'), 'database-full'],
    [
      Object.assign(new Error('could not write: Disk quota exceeded'), { code: 'XX000' }),
      'database-full',
    ],
    [coded('53200'), 'database-out-of-memory'],
    [coded('53400'), 'database-limit-reached'],
    [coded('25006'), 'database-read-only'],
    [coded('53300'), null],
    [coded('57P03'), null],
    [coded('23505'), null],
    [null, null],
  ])('says why: %s is %s', (error, trouble) => {
    expect(writeTroubleOf(error)).toBe(trouble);
  });
});

describe('what is not the fault of what was sent', () => {
  it.each([
    new LedgerUnreadable('newer'),
    coded('53100'),
    coded('40001'),
    coded('ENOSPC'),
    new Error('Query read timeout'),
  ])('is %s', (error) => {
    expect(isDatabaseFault(error)).toBe(true);
  });

  it.each([coded('22021'), new Error('a bug'), new RangeError('too deep')])(
    'is not %s',
    (error) => {
      expect(isDatabaseFault(error)).toBe(false);
    },
  );
});
