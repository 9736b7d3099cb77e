// `npm run way [-- --list]`: how many of our own files, lines and calls lie on the way of one usage event.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { MeasuredServer } from './measured-server.js';
import type { Called } from './probe.js';
import { inOrder, measureStations, type Station } from './stations.js';

const { values } = parseArgs({ options: { list: { type: 'boolean', default: false } } });

/** `libs/ledger/entry.js`, as it runs, to the source that a person reads. */
const sourceOf = ({ file }: Called): string => file.replace(/\.js$/, '.ts');
const filesOf = (called: readonly Called[]): readonly string[] => [
  ...new Set(called.map(sourceOf)),
];

/** Lines of whole files: whoever follows the way has to find his place in each. */
const linesOf = (file: string): number => readFileSync(file, 'utf8').split('\n').length - 1;
const linesIn = (files: readonly string[]): number =>
  files.reduce((sum, file) => sum + linesOf(file), 0);

/** Everything that serves, without tests and what only they use. */
const productFiles = (): readonly string[] =>
  ['apps', 'libs', 'infra'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && !/\.spec\.ts$|(^|\/)testing\//.test(path))
      .map((path) => join(folder, path)),
  );

/** Lines, as they run (JavaScript, blank ones left out), of the functions that were called. */
const ranIn = (called: readonly Called[]): number => {
  const ofFile = new Map<string, Called[]>();
  for (const each of called) ofFile.set(each.file, [...(ofFile.get(each.file) ?? []), each]);
  return [...ofFile].reduce((sum, [file, functions]) => {
    const script = readFileSync(join('dist', file), 'utf8');
    const lines = new Set<number>();
    for (const [from, to] of functions.flatMap(({ own }) => own)) {
      const first = script.slice(0, from).split('\n').length;
      script
        .slice(from, to)
        .split('\n')
        .forEach((line, index) => line.trim() !== '' && lines.add(first + index));
    }
    return sum + lines.size;
  }, 0);
};

/** The room that a file lies in: a service, a library, or a folder of one that has several. */
const roomOf = (file: string): string => {
  const [first = '', second = '', third = ''] = file.split('/');
  return third.endsWith('.ts') ? join(first, second) : join(first, second, third);
};

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const row = (name: string, ...cells: readonly (number | string)[]): void =>
  say(
    `${name.padEnd(56)}${cells.map((cell) => cell.toLocaleString('en-US').padStart(9)).join('')}`,
  );

const rowOf = (name: string, called: readonly Called[]): void => {
  const files = filesOf(called);
  const calls = called.reduce((sum, each) => sum + each.calls, 0);
  row(name, files.length, linesIn(files), ranIn(called), calls);
};

const list = ({ name, called }: Station): void => {
  say(`\n${name}, files in the order of their first call`);
  filesOf(called).forEach((file, index) => {
    const own = called.filter((each) => sourceOf(each) === file);
    const calls = own.reduce((sum, each) => sum + each.calls, 0);
    row(`${String(index + 1).padStart(3)}  ${file}`, linesOf(file), ranIn(own), calls);
  });
};

/** Where the files lie that a reader opens: each once, however often he comes by. */
const rooms = (called: readonly Called[]): void => {
  say('');
  row('by room', 'files', 'lines', 'that run', 'calls');
  for (const room of [...new Set(called.map((each) => roomOf(sourceOf(each))))].sort())
    rowOf(
      room,
      called.filter((each) => roomOf(sourceOf(each)) === room),
    );
};

const server = await MeasuredServer.start();
try {
  const measured = await measureStations(server);
  const stations = values.list ? await inOrder(server, measured) : measured;
  row('The way of one usage event, warm', 'files', 'lines', 'that run', 'calls');
  for (const { name, called } of stations) rowOf(name, called);
  const all = stations.flatMap(({ called }) => called);
  rowOf('together', all);
  row('of', productFiles().length, linesIn(productFiles()));
  rooms(all);
  if (values.list) stations.forEach(list);
} finally {
  await server.close();
}
