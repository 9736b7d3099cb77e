// One command each, from a fresh clone: `npm run demo`, `npm test`, … come here. Installs what the lock file names when
// it is not installed yet, builds what is stale, then runs. Plain JavaScript, because nothing is installed before it runs.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const [task, ...rest] = process.argv.slice(2);
const say = (text) => process.stderr.write(`${text}\n`);

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  say(
    `This needs Node 20.19 or later; this is ${process.versions.node}. Install a newer Node, then run the same command.`,
  );
  process.exit(1);
}

const run = (command, args, quiet = false) => {
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
    encoding: 'utf8',
    shell: process.platform === 'win32' && command === 'npm',
  });
  if (result.status !== 0) {
    if (quiet) process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}`);
    process.exit(result.status ?? 1);
  }
};

const filesBelow = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.name === 'node_modules' || entry.name === 'dist') return [];
    return entry.isDirectory() ? filesBelow(path) : [path];
  });

/** A step is done again only when what it depends on has changed. */
const once = (stamp, digest, step) => {
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
  step();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, digest);
};

const digestOf = (parts) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex');
};

const install = () =>
  once(
    join(root, 'node_modules', '.installed'),
    digestOf([readFileSync(join(root, 'package-lock.json')), process.versions.modules]),
    () => {
      say('Installing packages (once) …');
      // Some environments say "production" or "offline scripts" for other reasons; tests and the build need dev packages.
      run(
        'npm',
        [
          'ci',
          '--include=dev',
          '--include=optional',
          '--no-audit',
          '--no-fund',
          '--loglevel=error',
        ],
        true,
      );
    },
  );

const sources = () =>
  ['apps', 'libs', 'infra', 'tests']
    .flatMap((folder) => (existsSync(join(root, folder)) ? filesBelow(join(root, folder)) : []))
    .filter((path) => /\.(?:tsx?|css|html|svg)$/.test(path) && !/\.(?:spec|test)\.ts$/.test(path))
    .sort();

const build = () =>
  once(
    join(root, 'dist', '.built'),
    digestOf([
      readFileSync(join(root, 'infra', 'setup', 'tsconfig.build.json')),
      ...sources().map((path) => {
        const { mtimeMs, size } = statSync(path);
        return `${relative(root, path)} ${mtimeMs} ${size}`;
      }),
    ]),
    () => {
      say('Building (once) …');
      // Beside it, then renamed: what runs meanwhile keeps its files, and a build that fails changes nothing.
      const fresh = join(root, `dist.${process.pid}`);
      run(process.execPath, [
        join('node_modules', 'typescript', 'bin', 'tsc'),
        '-p',
        join('infra', 'setup', 'tsconfig.build.json'),
        '--outDir',
        fresh,
      ]);
      run(process.execPath, [
        ...[join('node_modules', 'vite', 'bin', 'vite.js'), 'build', join('apps', 'dashboard')],
        ...['--outDir', join(fresh, 'apps', 'dashboard', 'site'), '--emptyOutDir'],
        ...['--logLevel', 'error'],
      ]);
      rmSync(join(root, 'dist'), { recursive: true, force: true });
      renameSync(fresh, join(root, 'dist'));
    },
  );

const sayOnce = (text) => {
  let said = false;
  return () => {
    if (!said) say(text);
    said = true;
  };
};

/** Hands over to the real program: signals reach it, its exit code is ours. */
const become = (args, onSignal = () => undefined) => {
  const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => {
      if (child.exitCode !== null) return;
      onSignal();
      child.kill(signal);
    });
  child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
};

const cli = (...args) => ['--enable-source-maps', join('dist', 'apps', 'cli', 'main.js'), ...args];
/**
 * A server that appends in bulk makes much garbage that is short-lived, but not shorter than a batch: a young generation
 * that is large, and from the start, costs it a third less CPU.
 */
const YOUNG = ['--min-semi-space-size=64', '--max-semi-space-size=64'];
const jest = [
  '--experimental-vm-modules',
  '--no-warnings',
  join('node_modules', 'jest', 'bin', 'jest.js'),
];

install();
switch (task) {
  case 'demo':
    build();
    // Said here, because the program is deaf while it loads itself.
    become(cli('demo', ...rest), sayOnce('\nStopping …'));
    break;
  case 'start':
    build();
    become([...YOUNG, ...cli('serve', ...rest)]);
    break;
  case 'cli':
    build();
    become(cli(...rest));
    break;
  case 'kafka':
    build();
    become(['--enable-source-maps', join('dist', 'infra', 'kafka', 'main.js'), ...rest]);
    break;
  case 'faults':
    build();
    become(['--enable-source-maps', join('dist', 'tests', 'faults', 'run.js'), ...rest]);
    break;
  case 'way':
    build();
    become(['--enable-source-maps', join('dist', 'tests', 'way', 'way.js'), ...rest]);
    break;
  case 'bench':
    build();
    become([
      '--enable-source-maps',
      '--expose-gc',
      ...YOUNG,
      join('dist', 'tests', 'benchmarks', 'run.js'),
      ...rest,
    ]);
    break;
  case 'build':
    build();
    say('Built into dist/.');
    break;
  case 'test':
    build();
    become([join('infra', 'setup', 'test.mjs'), ...rest]);
    break;
  case 'check':
    run('npm', ['run', '--silent', 'types']);
    run('npm', ['run', '--silent', 'lint']);
    run('npm', ['run', '--silent', 'format']);
    run('npm', ['run', '--silent', 'dead']);
    become([...jest, '--selectProjects', 'unit']);
    break;
  default:
    say(
      `Unknown task ${task}. Known: demo, start, cli, kafka, faults, bench, way, build, test, check.`,
    );
    process.exit(2);
}
