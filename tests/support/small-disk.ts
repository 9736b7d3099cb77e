import { execFileSync } from 'node:child_process';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from '@jest/globals';

/** A disk of its own of a few megabytes, which a test can fill to the last byte. */
export interface SmallDisk {
  readonly path: string;
  /** Leaves at most `bytes` free. */
  fill(bytes: number): void;
  makeRoom(): void;
  remove(): Promise<void>;
}

const MEGABYTE = 1024 * 1024;

/** @throws where nothing may be mounted. */
export const mountSmallDisk = async (megabytes: number): Promise<SmallDisk> => {
  const path = await mkdtemp(join(tmpdir(), 'ledger-small-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=777`, 'tmpfs', path], {
      stdio: 'ignore',
    });
  } catch (error) {
    await rm(path, { recursive: true });
    throw error;
  }
  await chmod(path, 0o777);
  const ballast = join(path, 'ballast');
  return {
    path,
    fill: (bytes) => {
      const file = openSync(ballast, 'a');
      const free = (): number =>
        Number(
          execFileSync('df', ['--output=avail', '-B1', path], { encoding: 'utf8' }).split('\n')[1],
        );
      for (let left = free(); left > bytes; left = free())
        writeSync(file, Buffer.alloc(Math.min(MEGABYTE, left - bytes)));
      closeSync(file);
    },
    makeRoom: () => rmSync(ballast, { force: true }),
    remove: async () => {
      execFileSync('umount', ['--lazy', path]);
      await rm(path, { recursive: true, force: true });
    },
  };
};

const reason = await mountSmallDisk(1).then(
  (disk) => disk.remove().then(() => null),
  () => 'nothing may be mounted here (it takes root on Linux)',
);
const required = (process.env['LEDGER_TEST_REQUIRE'] ?? '').split(',').includes('mount');

/** `describe`, or a loud `describe.skip` where this machine cannot mount. */
export const describeSmallDisk = (name: string, tests: () => void): void => {
  if (reason === null) return describe(name, tests);
  if (required) throw new Error(`a mount is required (LEDGER_TEST_REQUIRE) and missing: ${reason}`);
  process.stderr.write(`\nSKIPPED, no disk to fill: ${name}. ${reason}\n`);
  describe.skip(name, tests);
};
