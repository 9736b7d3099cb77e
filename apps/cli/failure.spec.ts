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
      message: 'could not extend file',
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

describe('a database that answers and says no', () => {
  it.each([
    ['28P01', EXIT.unreachable, /Correct role and password in DATABASE_URL/],
    ['28000', EXIT.unreachable, /pg_hba\.conf/],
    ['3D000', EXIT.unreachable, /CREATE DATABASE/],
    ['42501', EXIT.failed, /commitment-ledger migrate grants/],
    ['25006', EXIT.failed, /primary server/],
    ['SELF_SIGNED_CERT_IN_CHAIN', EXIT.unreachable, /sslrootcert/],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', EXIT.unreachable, /sslrootcert/],
  ])('says what, why and what to do: %s', (code, exitCode, fix) => {
    expect(toFailure(coded(code))).toMatchObject({
      exitCode,
      message: expect.stringMatching(/^(The|There is).+: x$/),
      fix: expect.stringMatching(fix),
    });
  });

  it('is known without a code too', () => {
    expect(toFailure(new Error('The server does not support SSL connections'))).toMatchObject({
      exitCode: EXIT.unreachable,
      fix: expect.stringContaining('sslmode=disable'),
    });
    const asked = 'SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string';
    expect(toFailure(new Error(asked))).toMatchObject({ exitCode: EXIT.unreachable });
  });
});
