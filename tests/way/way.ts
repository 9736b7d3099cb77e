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

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const row = (name: string, ...cells: readonly (number | string)[]): void =>
  say(
    `${name.padEnd(56)}${cells.map((cell) => cell.toLocaleString('en-US').padStart(9)).join('')}`,
  );

const list = ({ name, called }: Station): void => {
  say(`\n${name}, files in the order of their first call`);
  filesOf(called).forEach((file, index) => {
    const calls = called.filter((each) => sourceOf(each) === file).map((each) => each.calls);
    const sum = calls.reduce((left, right) => left + right, 0);
    row(`${String(index + 1).padStart(3)}  ${file}`, linesOf(file), sum);
  });
};

const server = await MeasuredServer.start();
try {
  const measured = await measureStations(server);
  const stations = values.list ? await inOrder(server, measured) : measured;
  row('The way of one usage event, warm', 'files', 'lines', 'calls');
  for (const { name, called } of stations) {
    const calls = called.reduce((sum, each) => sum + each.calls, 0);
    row(name, filesOf(called).length, linesIn(filesOf(called)), calls);
  }
  const together = filesOf(stations.flatMap(({ called }) => called));
  row('together', together.length, linesIn(together));
  row('of', productFiles().length, linesIn(productFiles()));
  if (values.list) stations.forEach(list);
} finally {
  await server.close();
}
