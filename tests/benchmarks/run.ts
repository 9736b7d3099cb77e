// `npm run bench`: see README.md for what is measured and how to read it.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { contest } from './contest.js';
import { measureKafka } from './kafka-path.js';
import { measureKnownAt } from './known-at.js';
import { measureBody } from './measure-body.js';
import { measureImport } from './measure-import.js';
import { measurePortfolio } from './measure-portfolio.js';
import { measureStream } from './measure-stream.js';
import { measureVerify } from './measure-verify.js';
import { readOptions, type BenchOptions, type MeasurementName } from './options.js';
import { ours } from './ours.js';
import { PAYLOAD_BYTES } from './payload.js';
import { emmett } from './peer-emmett.js';
import { messageDb } from './peer-message-db.js';
import { machine, toMarkdown, writeResults, type Result, type Surroundings } from './result.js';
import { startServer, type BenchServer } from './server.js';

const say = (text: string): void => void process.stderr.write(`${text}\n`);

const rootFolder = (): string => {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package-lock.json')) || !existsSync(join(folder, 'libs'))) {
    if (dirname(folder) === folder) throw new Error('the repository was not found');
    folder = dirname(folder);
  }
  return folder;
};

interface Bench {
  readonly root: string;
  readonly server: BenchServer;
  readonly options: BenchOptions;
}

const duel = async (
  bench: Bench,
  name: MeasurementName,
  about: { what: string; goal: string; callers: number; eventsPerCall: number },
): Promise<Result> => {
  const { callers, eventsPerCall } = about;
  const figures = await contest({
    contestants: [
      ours(bench.server, callers, eventsPerCall),
      await emmett(bench.root, bench.server, callers, eventsPerCall),
      messageDb(bench.root, bench.server, callers, eventsPerCall),
    ],
    callers,
    rounds: bench.options.rounds,
    seconds: bench.options.seconds,
    onRound: (side, round, perSecond) =>
      say(`  ${name} round ${round + 1} ${side}: ${Math.round(perSecond)}/s`),
  });
  const payload = `${PAYLOAD_BYTES} bytes of JSON per event, ${callers} caller(s)`;
  return { name, what: about.what, goal: about.goal, payload, figures };
};

const measure = (bench: Bench, name: MeasurementName): Promise<Result> => {
  switch (name) {
    case 'B1':
      return duel(bench, name, {
        what: 'one durable event per call, 32 callers',
        goal: '>= 6',
        callers: 32,
        eventsPerCall: 1,
      });
    case 'B3':
      return duel(bench, name, {
        what: 'bulk of 1,000 per call',
        goal: '>= 2.5',
        callers: 1,
        eventsPerCall: 1000,
      });
    case 'import':
      return measureImport(bench);
    case 'B6':
      return measureVerify(bench);
    case 'B10':
      return measureKafka(bench, (text) => say(`  B10 ${text}`));
    case 'B12':
      return measureKnownAt(bench, (text) => say(`  B12 ${text}`));
    case 'portfolio':
      return measurePortfolio(bench, (text) => say(`  portfolio ${text}`));
    case 'stream':
      return measureStream(bench, (text) => say(`  stream ${text}`));
    case 'body':
      return Promise.resolve(measureBody(bench.options.rounds, bench.options.seconds));
  }
};

const main = async (): Promise<void> => {
  const options = readOptions(process.argv.slice(2));
  const root = rootFolder();
  const server = await startServer();
  const around: Surroundings = {
    at: new Date().toISOString(),
    machine: machine(),
    node: process.versions.node,
    server: server.description,
    options: `${options.rounds} rounds of ${options.seconds} s, ${options.rows} rows`,
  };
  const results: Result[] = [];
  try {
    for (const name of options.only) {
      say(`${name} …`);
      results.push(await measure({ root, server, options }, name));
    }
  } finally {
    await server.stop();
  }
  const path = writeResults(root, results, around);
  process.stdout.write(toMarkdown(results, around));
  say(`Written to ${path} and .json`);
};

await main();
