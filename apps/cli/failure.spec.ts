import { describe, expect, it } from '@jest/globals';
import { MapFileRefused } from '../../libs/deliveries/focus/agreement-map.js';
import { QueryRefused } from '../../libs/projections/asking/question.js';
import { ConfigurationError } from '../../libs/host/config.js';
import { CliFailure, EXIT, toFailure } from './failure.js';
import { Output, type Terminal } from './output.js';

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

describe('a failure says what to do', () => {
  const listening = (code: string, more: object) =>
    Object.assign(new Error(`listen ${code}`), { code, syscall: 'listen', ...more });

  it.each([
    [
      listening('EADDRNOTAVAIL', { address: '1.2.3.4' }),
      'LEDGER_HOST=1.2.3.4 is no address',
      '127.0.0.1',
    ],
    [
      listening('EACCES', { address: '0.0.0.0', port: 80 }),
      'may not serve on port 80',
      'LEDGER_PORT=8080',
    ],
    [listening('EADDRINUSE', { port: 8080 }), 'Port 8080 is in use', 'LEDGER_PORT='],
    [new ConfigurationError('port-busy', 'Port 8080 is in use.'), 'Port 8080', 'LEDGER_PORT=8090'],
    [new ConfigurationError('invalid-variable', 'LEDGER_PORT=x.'), 'LEDGER_PORT=x', 'doctor'],
    [
      new QueryRefused('as-of-granularity', 'asOf is a UTC day', {}),
      '--as-of is a UTC day',
      '--as-of 2026-03-31',
    ],
    [
      new QueryRefused('known-at-invalid', 'knownAt is an instant', {}),
      '--known-at is',
      '--known-at 2026',
    ],
    [new MapFileRefused('rule 1 must be an object'), 'The map file', '"match"'],
    [
      Object.assign(new Error('EACCES'), { code: 'EACCES', syscall: 'open', path: '/x' }),
      '/x may not be opened',
      'path',
    ],
  ])('%s', (error, message, fix) => {
    const failure = toFailure(error);
    expect(failure.message).toContain(message);
    expect(failure.fix).toContain(fix);
    expect(failure.exitCode).toBe(EXIT.usage);
  });

  it.each([EXIT.failed, EXIT.usage, EXIT.mismatch, EXIT.unreachable])(
    'also where nobody thought of it (exit code %s)',
    (exitCode) => {
      let text = '';
      const stderr = { write: (more: string) => (text += more) };
      const terminal = { stdout: {}, stderr, env: {} } as unknown as Terminal;
      new Output(terminal, { format: 'table', out: null, quiet: true }).fail(
        new CliFailure(exitCode, 'It went wrong.'),
      );
      expect(text).toMatch(/^Failed: It went wrong\.\nTo fix it: .{10,}\n$/);
    },
  );
});
