import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A peer's package: the peers' own lock file is installed on first use. */
export const installedPeer = (
  root: string,
  name: string,
): { readonly folder: string; readonly version: string } => {
  const peers = join(root, 'tests', 'benchmarks', 'peers');
  const folder = join(peers, 'node_modules', name);
  if (!existsSync(folder)) {
    process.stderr.write('Installing the peers (once) …\n');
    const npm = spawnSync('npm', ['ci', '--prefix', peers], {
      stdio: ['ignore', 'ignore', 'inherit'],
      shell: process.platform === 'win32',
    });
    if (npm.status !== 0)
      throw new Error(`the peers could not be installed: npm ci --prefix ${peers}`);
  }
  const manifest = readFileSync(join(folder, 'package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  return { folder, version };
};
