import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { KafkaServerError } from './errors.js';

const run = promisify(execFile);
const WINDOWS = process.platform === 'win32';
const JAVA_MIN = 17;

/** Lies beside the sources only: found by going up, because this may run from dist/. */
const pom = (): string => {
  for (let path = dirname(fileURLToPath(import.meta.url)); ; path = dirname(path)) {
    const found = join(path, 'infra', 'kafka', 'pom.xml');
    if (existsSync(found)) return found;
    if (path === dirname(path))
      throw new KafkaServerError('kafka-unavailable', 'infra/kafka/pom.xml is not there');
  }
};

export const javaCommand = (): string =>
  process.env['JAVA_HOME'] ? join(process.env['JAVA_HOME'], 'bin', 'java') : 'java';

/** The class path's folder: one per version of the pom, so that a new Kafka is fetched when the pom says so. */
const jarsFolder = (cacheDir: string): string =>
  join(
    cacheDir,
    `lib-${createHash('sha256').update(readFileSync(pom())).digest('hex').slice(0, 12)}`,
  );

export type Availability =
  | { readonly available: true }
  /** One sentence: what is missing and how to get it. */
  | { readonly available: false; readonly reason: string };

/** Whether this machine can run Kafka's server: Java 17 or later, and Maven unless the jars are there already. */
export const available = async (cacheDir: string): Promise<Availability> => {
  const version = await run(javaCommand(), ['-version']).then(
    ({ stderr }) => Number(/version "(\d+)/.exec(stderr)?.[1] ?? 0),
    () => null,
  );
  if (version === null)
    return missing(
      `Java ${JAVA_MIN} is not installed: install it (Debian: apt install default-jre)`,
    );
  if (version < JAVA_MIN)
    return missing(`this is Java ${version}: install Java ${JAVA_MIN} or later, or set JAVA_HOME`);
  if (existsSync(jarsFolder(cacheDir))) return { available: true };
  const maven = await run('mvn', ['-version'], { shell: WINDOWS }).then(
    () => true,
    () => false,
  );
  return maven
    ? { available: true }
    : missing('Maven is not installed: install it (Debian: apt install maven)');
};

const missing = (what: string): Availability => ({
  available: false,
  reason: `${what}; or start any Kafka 4 and set KAFKA_BROKERS=host:port.`,
});

/** The folder with Kafka's 92 jars (54 MB), fetched with Maven when they are not there yet. */
export const fetchJars = async (cacheDir: string): Promise<string> => {
  const jars = jarsFolder(cacheDir);
  if (existsSync(jars)) return jars;
  await mkdir(cacheDir, { recursive: true });
  const making = await mkdtemp(join(cacheDir, 'fetching-'));
  const goal = 'dependency:copy-dependencies';
  const args = ['-q', '-B', '-f', pom(), goal, `-DoutputDirectory=${making}`];
  try {
    await run('mvn', [...args, '-DincludeScope=runtime'], { shell: WINDOWS });
    // Renamed whole: a killed download leaves no half class path, and of two at once one wins.
    await rename(making, jars).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } catch (error) {
    const { stdout, message } = error as { stdout?: string; message: string };
    const output = (stdout?.trim() || message).split('\n').slice(0, 5).join('\n');
    throw new KafkaServerError(
      'kafka-download-failed',
      `Maven could not fetch Apache Kafka:\n${output}\n` +
        'Check the network and the mirror in your Maven settings, then run the same command again.',
    );
  } finally {
    await rm(making, { recursive: true, force: true });
  }
  return jars;
};
