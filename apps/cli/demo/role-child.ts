import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { isEmbedded } from '../../../libs/host/database.js';
import type { ServiceRole } from '../../../libs/host/roles.js';
import type { System } from '../../../libs/host/system.js';
import { CliFailure, EXIT } from '../failure.js';
import { present } from '../../../libs/domain/present.js';

export interface RoleChild {
  readonly role: ServiceRole | null;
  readonly pid: number;
  /** The address of the api, or of what serves probes. */
  readonly url: string;
  /** Waits until /health/ready says yes. */
  ready(signal: AbortSignal): Promise<void>;
  /** SIGTERM; comes back when it has drained and gone. */
  stop(): Promise<void>;
}

const START_MS_MAX = 60_000;
const STOP_MS_MAX = 20_000;
const SAID_LINES = 8;

/**
 * What a process that serves gets to know: never the owner's credentials, even where whoever starts it has them.
 */
export const servingEnvironment = (
  env: NodeJS.ProcessEnv,
  { config, migrated }: Pick<System, 'config' | 'migrated'>,
): NodeJS.ProcessEnv => {
  if (isEmbedded(config)) return env;
  const { DATABASE_URL, ...others } = env;
  return {
    ...others,
    LEDGER_RUNTIME_URL: migrated?.runtimeUrl ?? config.runtimeUrl ?? DATABASE_URL,
  };
};

/**
 * `commitment-ledger serve --role …` (null: standalone), a process of its own that knows nothing but its environment. Comes back when it
 * serves. `onEnd` hears when it ends without having been told to;
 * `program` is the command line, our own unless given.
 */
export const startRoleChild = async (
  role: ServiceRole | null,
  env: NodeJS.ProcessEnv,
  onEnd: (what: string) => void,
  program: readonly string[] = [...process.execArgv, ...process.argv.slice(1, 2)],
): Promise<RoleChild> => {
  const child = spawn(
    process.execPath,
    [...program, 'serve', ...(role === null ? [] : ['--role', role])],
    {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  const what = role === null ? 'The server' : `The role ${role}`;
  let said: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = [...said, ...text.trimEnd().split('\n')].slice(-SAID_LINES);
  });
  const ended = once(child, 'exit');
  let expected = false;
  const stop = async (): Promise<void> => {
    expected = true;
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    const tooLong = setTimeout(() => child.kill('SIGKILL'), STOP_MS_MAX);
    await ended;
    clearTimeout(tooLong);
  };
  const url = await serving(
    () => said,
    () => child.exitCode === null && child.signalCode === null,
  ).catch(async (error: Error) => {
    await stop();
    throw new CliFailure(EXIT.failed, `${what} did not start: ${error.message}`);
  });
  ended.then(
    ([code, signal]) => {
      if (!expected) onEnd(`${what} ended (${signal ?? code}): ${said.join('\n')}`);
    },
    () => undefined,
  );
  return {
    role,
    pid: present(child.pid, 'process of a role that serves'),
    url,
    ready: async (signal) => {
      const deadline = Date.now() + START_MS_MAX;
      for (;;) {
        signal.throwIfAborted();
        const answer = await fetch(`${url}/health/ready`).catch(() => null);
        if (answer?.ok) return;
        if (Date.now() > deadline)
          throw new CliFailure(
            EXIT.failed,
            `${what} is not ready: ${(await answer?.text()) ?? 'it does not answer'}`,
          );
        await sleep(100);
      }
    },
    stop,
  };
};

const serving = async (said: () => readonly string[], alive: () => boolean): Promise<string> => {
  const deadline = Date.now() + START_MS_MAX;
  for (;;) {
    const url =
      said()
        .map(servingUrl)
        .find((found) => found !== null) ?? null;
    if (url !== null) return url;
    if (!alive() || Date.now() > deadline) throw new Error(said().join('\n'));
    await sleep(20);
  }
};

/** What `serve` logs when it serves. */
const servingUrl = (line: string): string | null =>
  line.includes('"msg":"serving"') ? (/"url":"(http:[^"]+)"/.exec(line)?.[1] ?? null) : null;
