import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Writable } from 'node:stream';
import { runProgram } from '../../apps/cli/program.js';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

class Captured extends Writable {
  text = '';
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

/**
 * One command line in this process, with an environment of nothing but what is given. `columns`: as on a terminal that is
 * so wide, else into a pipe.
 */
export const runCommand = async (
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  columns: number | null = null,
): Promise<Ran> => {
  const [stdout, stderr] = [new Captured(), new Captured()];
  if (columns !== null) Object.assign(stdout, { isTTY: true, columns });
  const terminal = {
    stdout: stdout as unknown as NodeJS.WriteStream,
    stderr: stderr as unknown as NodeJS.WriteStream,
    env,
  };
  const code = await runProgram(args, terminal);
  return { code, out: stdout.text, err: stderr.text };
};

/** The same in a process of its own, as `serve` takes, which ends the process that it served in. */
export const spawnCommand = async (
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Ran> => {
  const main = ['--import', './tests/support/typescript.mjs', 'apps/cli/main.ts'];
  const child = spawn(process.execPath, [...main, ...args], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const [code] = (await once(child, 'close')) as [number];
  return { code, out, err };
};
