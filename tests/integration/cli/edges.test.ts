import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runCommand } from '../../support/command-line.js';
import { AMAZON, Cli } from './cli.js';

/** Refused before any database is looked for: there is none here. */
const NOWHERE = { LEDGER_DATA_DIR: '/nonexistent/ledger', LEDGER_LOG_LEVEL: 'silent' };

/** Command line, what is said, what is advised. All of them exit with 2. */
const MISUSES: readonly (readonly [command: string, said: string, fix: string])[] = [
  ['shwo portfolio', "unknown command 'shwo'\n(Did you mean show?)", '--help lists'],
  ['show burn-down --nonsense', "unknown option '--nonsense'", '--help lists'],
  ['show concentration --base all', 'Allowed choices are spend, remaining, committed', '--help'],
  ['show portfolio --format xml', '--format xml is not known', 'Use one of table, json, csv'],
  ['serve --role cook', 'cook is not a role. Did you mean', '--role api,intake,publisher'],
  ['verify --checkpoint no.json', 'no.json cannot be read', 'verify --json --out FILE'],
  ['import focus', "missing required argument 'file'", '--help'],
  ['import focus no.csv', 'no.csv does not exist', 'Give the path of a file'],
  [`import focus ${tmpdir()}`, 'is a folder', 'or - and the files on stdin'],
  [`post usage ${tmpdir()}`, 'is a folder', 'or - and the files on stdin'],
  ['key create ann', "required option '--role <role>' not specified", '--help'],
  ['key create ann --role king', 'poster, operator, approver, auditor, admin', '--help'],
  ['dlq show', "missing required argument 'source'", '--help'],
  ['dlq list --limit 0', '--limit is a whole number from 1 to 99999', '--help'],
  ['dlq list --outcome lost', "argument 'lost' is invalid", '--help'],
  ['dlq retry --offset 1/2', 'A letter is named by its topic and place', 'dlq list'],
  ['dlq retry --topic usage --offset x', 'A letter is named by its topic and place', 'dlq list'],
  ['dlq discard 5', "required option '--reason <text>' not specified", '--help'],
  [
    'projection skip burn-down --shard a --position 1 --reason x',
    '--shard must be a whole number, not a',
    '--help',
  ],
  ['export --from 0', 'It is a whole number from 1 on', '--help'],
  ['export --out', "option '--out <file>' argument missing", '--help'],
  ['what-if --growth x', '--growth must be a percentage above -100 and below 1000', '--help'],
  ['what-if --price amazon=10', 'VENDOR=PERCENT@DAY, like amazon=10@2027-01-01', '--help'],
  ['what-if --price amazon=10@tomorrow', 'must be an existing day, YYYY-MM-DD', '--help'],
  ['what-if --outage google=0@2026-12-05', 'must be a whole number from 1 to 366', '--help'],
  ['what-if --amend a.b=@20300101', 'COMMITMENT=TOTAL@DAY', '--help'],
  ['what-if --amend a.b=@2030-02-30', '--amend: DAY must be an existing day', '--help'],
  ['what-if --price a=1@2027-01-01 --price a=x@2027-01-01', '--price 2 of 2: PERCENT', '--help'],
  ['explain burn-down', "required option '--figure <name>' not specified", '--help'],
  ['alerts --state lost', 'Allowed choices are firing, resolved', '--help'],
  ['show forecast x --interval hour', 'Allowed choices are day, week, month', '--help'],
];

describe('a command line that cannot be meant', () => {
  it.each(MISUSES)('%s', async (command, said, fix) => {
    const ran = await runCommand(command.split(' '), NOWHERE);
    expect(ran).toMatchObject({ code: 2, out: '' });
    expect(ran.err).toContain(said);
    expect(ran.err.split('To fix it:')[1]).toContain(fix);
  });

  it('is told apart from a ledger that is not there', async () => {
    for (const command of ['show portfolio', 'verify', 'export', 'dlq list', 'projection status'])
      expect(await runCommand(command.split(' '), NOWHERE)).toMatchObject({
        code: 4,
        out: '',
        err: expect.stringContaining('[no-ledger]'),
      });
  });
});

describe('what is printed', () => {
  let cli: Cli;
  beforeAll(async () => {
    cli = await Cli.open([AMAZON]);
  });
  afterAll(() => cli.close());

  const QUESTIONS = [
    ['show', 'portfolio'],
    ['show', 'burn-down'],
    ['show', 'burn-down', 'amazon-lab.cloud'],
    ['show', 'obligation'],
    ['show', 'concentration'],
    ['show', 'tranches'],
    ['show', 'circularity'],
    ['dlq', 'list'],
    ['dlq', 'counts'],
    ['key', 'list'],
    ['projection', 'status'],
    ['verify'],
  ];

  it.each(QUESTIONS)(
    '%s %s is one JSON value for programs, and nothing beside it',
    async (...q) => {
      const command = q.filter((word): word is string => typeof word === 'string');
      const ran = await cli.run([...command, '--json']);
      expect([ran.code, ran.err]).toEqual([0, '']);
      expect(typeof JSON.parse(ran.out)).toBe('object');
    },
  );

  it('has colours on a terminal, and none where nobody wants them', async () => {
    const colour = '\u001b[';
    const on = (env: Record<string, string>) =>
      runCommand(['show', 'portfolio'], { ...cli.env, ...env }, 100);
    expect((await on({})).out).toContain(colour);
    const plain = await on({ NO_COLOR: '1' });
    expect(plain.out).not.toContain(colour);
    expect(plain.out).toContain('amazon-lab');
    expect((await on({ TERM: 'dumb' })).out).toBe(plain.out);
  });

  it('may be cut off by whoever reads it, without a word', async () => {
    const child = cli.start(['show', 'portfolio', '--json']);
    let err = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (err += text));
    child.stdout?.destroy();
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
    expect({ signal, err }).toEqual({ signal: null, err: '' });
    expect(code).toBe(0);
  });

  it('says whose credentials are wanted where these may not', async () => {
    const serving = await cli.run(['key', 'create', 'ann', '--role', 'poster'], {
      DATABASE_URL: cli.env['LEDGER_RUNTIME_URL'] ?? '',
    });
    expect(serving).toMatchObject({ code: 2, out: '' });
    expect(serving.err).toContain('made and revoked by the owner of the ledger');
    const owning = await cli.run(['migrate'], { DATABASE_URL: '' });
    expect(owning).toMatchObject({ code: 2, out: '' });
  });
});
