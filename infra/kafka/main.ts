import { join, resolve } from 'node:path';
import { startKafka } from './broker.js';

/**
 * `npm run kafka [-- --nodes 3]`: Kafka in the foreground until Ctrl-C, data and jars under LEDGER_DATA_DIR/kafka.
 * Standard output gets one line that a shell can use: KAFKA_BROKERS=127.0.0.1:9092
 */
const say = (text: string): void => void process.stderr.write(`${text}\n`);

const nodesWanted = (args: readonly string[]): 1 | 3 => {
  if (args.length === 0) return 1;
  if (args.length === 2 && args[0] === '--nodes' && (args[1] === '1' || args[1] === '3'))
    return args[1] === '1' ? 1 : 3;
  throw new Error(`Unknown arguments ${args.join(' ')}. Known: --nodes 1 or --nodes 3.`);
};

const main = async (): Promise<void> => {
  const nodes = nodesWanted(process.argv.slice(2));
  const folder = join(resolve(process.env['LEDGER_DATA_DIR'] || '.ledger'), 'kafka');
  say('Starting Apache Kafka (the first time, Maven fetches 54 MB) …');
  const dataDir = join(folder, nodes === 1 ? 'data' : 'data-3');
  const server = await startKafka({ nodes, dataDir, firstPort: 9092 });
  process.stdout.write(`KAFKA_BROKERS=${server.brokers.join(',')}\n`);
  say(`Logs in ${server.logsDir}. Stop with Ctrl-C; the data stays. Start over: delete ${dataDir}`);
  // Ctrl-C reaches us more than once when npm passes it on: stopping is begun once.
  let stopping: Promise<void> | null = null;
  const stop = (): void => {
    stopping ??= server.stop().then(() => process.exit(0));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  setInterval(() => undefined, 2 ** 30);
};

main().catch((error: Error) => {
  say(error.message);
  process.exit(1);
});
