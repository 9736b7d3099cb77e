import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startApi, type RunningApi } from '../api/running-api.js';
import { environment, run, SEEN } from './saw.js';

let api: RunningApi;
/** Below the repository, so that the program finds the packages that its user would have. */
let folder: string;
const node = (...args: readonly string[]) => run(process.execPath, [...args], { cwd: folder });
const modules = join('..', '..', '..', 'node_modules');

beforeAll(async () => {
  api = await startApi({ parties: [] });
  await mkdir(join('.ledger', 'clients'), { recursive: true });
  folder = await mkdtemp(join('.ledger', 'clients', 'typescript-'));
}, 60_000);
afterAll(async () => {
  await api.close();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

describe('a TypeScript client that is generated', () => {
  it('compiles with all that is strict, and does what a client does', async () => {
    const { text } = await api.send({ method: 'GET', url: '/openapi.json', as: null });
    await writeFile(join(folder, 'openapi.json'), text);
    await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
    for (const file of ['use-ledger.ts', 'tsconfig.json'])
      await copyFile(join('tests', 'clients', 'typescript', file), join(folder, file));
    const generator = join(modules, 'openapi-typescript', 'bin', 'cli.js');
    await node(generator, 'openapi.json', '-o', 'ledger-api.d.ts');
    const compiled = await node(join(modules, 'typescript', 'bin', 'tsc'), '-p', '.').catch(
      (error: { stdout: string }) => error,
    );
    expect(compiled.stdout).toBe('');
    const { stdout } = await run(process.execPath, [join('built', 'use-ledger.js')], {
      cwd: folder,
      env: { ...process.env, ...environment(api) },
    });
    expect(JSON.parse(stdout)).toEqual(SEEN);
  }, 300_000);
});
