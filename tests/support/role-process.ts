import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface RoleProcess {
  readonly child: ChildProcess;
  /** Everything that it wrote to stderr. */
  readonly said: () => string;
  /** `http://…`, as soon as it serves. */
  readonly url: Promise<string>;
  /** The answer of /health/ready; null when nobody answers. */
  ready(): Promise<{ readonly status: number; readonly body: unknown } | null>;
  /** How it ended: exit code and signal. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
}

export interface RoleEnvironment {
  readonly runtimeUrl: string;
  readonly brokers: readonly string[];
  readonly prefix: string;
  readonly more?: Readonly<Record<string, string>>;
}

/** `commitment-ledger serve --role …` in a process of its own, straight from the sources. */
export const startRoleProcess = (role: string, environment: RoleEnvironment): RoleProcess => {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('LEDGER_') && name !== 'DATABASE_URL',
  );
  const child = spawn(
    process.execPath,
    [
      '--import',
      `./${join('tests', 'support', 'typescript.mjs')}`,
      'apps/cli/main.ts',
      'serve',
      '--role',
      role,
    ],
    {
      env: {
        ...Object.fromEntries(inherited),
        LEDGER_RUNTIME_URL: environment.runtimeUrl,
        KAFKA_BROKERS: environment.brokers.join(','),
        LEDGER_TOPIC_PREFIX: environment.prefix,
        LEDGER_PORT: '0',
        LEDGER_LOG_LEVEL: 'warn',
        ...environment.more,
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (part: string) => (text += part));
  const ended = once(child, 'exit').then(([code, signal]) => ({ code, signal }) as never);
  const serving = async (): Promise<string> => {
    for (;;) {
      const found = /(http:\/\/[\d.:]+)/.exec(text);
      if (found) return found[1]!;
      if (child.exitCode !== null || child.signalCode !== null) throw new Error(text);
      await sleep(50);
    }
  };
  const url = serving();
  url.catch(() => undefined);
  return {
    child,
    said: () => text,
    url,
    ready: async () => {
      const answer = await fetch(`${await url}/health/ready`).catch(() => null);
      return answer && { status: answer.status, body: await answer.json() };
    },
    ended,
  };
};
