import { Writable } from 'node:stream';
import { runProgram } from '../../apps/cli/program.js';

class Captured extends Writable {
  text = '';
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

/** The command line over the database of `url`, in this process. */
export const runCli = async (
  url: string,
  args: readonly string[],
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> => {
  const [stdout, stderr] = [new Captured(), new Captured()];
  const code = await runProgram(args, {
    stdout: stdout as unknown as NodeJS.WriteStream,
    stderr: stderr as unknown as NodeJS.WriteStream,
    env: { DATABASE_URL: url, LEDGER_LOG_LEVEL: 'silent' },
  });
  return { code, out: stdout.text, err: stderr.text };
};
