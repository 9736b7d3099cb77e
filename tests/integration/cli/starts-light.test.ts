import { execFileSync, spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { COMMANDS } from '../../../apps/cli/commands/all.js';

const WATCHED = ['--import', './tests/support/loaded-modules.mjs', 'dist/apps/cli/main.js'];

/** What a command line answers, and the packages that it takes. */
const run = (...args: string[]): { out: string; packages: readonly string[] } => {
  const { stdout, stderr } = spawnSync(process.execPath, [...WATCHED, ...args], {
    encoding: 'utf8',
  });
  const packages = stderr.split('\n').flatMap((line) => /^loaded (.+)$/.exec(line)?.[1] ?? []);
  return { out: stdout, packages };
};

beforeAll(() => {
  // Built already, unless this file is run by itself.
  execFileSync(process.execPath, ['infra/setup/run.mjs', 'build'], { stdio: 'pipe' });
}, 180_000);

describe('the command line', () => {
  it.each(['--version', '--help', 'help'])('answers %s without the ledger', (asked) => {
    const { out, packages } = run(asked);
    expect(out).toContain(asked === '--version' ? '0.1.0' : 'Usage: commitment-ledger');
    expect(packages).toContain('commander');
    expect(packages.filter((name) => /nestjs|^pg|rxjs|fastify|kafkajs|typebox/.test(name))).toEqual(
      [],
    );
  });

  it('lists every command with what it does, in order', () => {
    const { out } = run('--help');
    const listed = out
      .split('\n')
      .flatMap((line) => /^ {2}([a-z][a-z-]*) {2,}\S/.exec(line)?.[1] ?? []);
    expect(listed).toEqual(COMMANDS.map(({ name }) => name));
  });

  it.each(COMMANDS.map(({ name }) => name))('%s --help is of that command', (name) => {
    const { out } = run(name, '--help');
    const about = COMMANDS.find((each) => each.name === name)?.about.split(' ')[0];
    expect(out).toContain(`Usage: commitment-ledger ${name} [`);
    expect(out.split('\n')[2]?.startsWith(about ?? '?')).toBe(true);
  });

  it('takes options of all commands before the name of one', () => {
    const { out } = run('--format', 'json', 'help', 'show');
    expect(out).toContain('burn-down');
  });
});
