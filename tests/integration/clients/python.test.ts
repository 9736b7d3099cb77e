import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describePython, runPython } from '../../support/python.js';
import { startApi, type RunningApi } from '../api/running-api.js';
import { environment, SEEN } from './saw.js';

const CHECKED = ['use_ledger.py', 'ledger_api/models', 'ledger_api/api'];

describePython('a Python client that is generated', () => {
  let api: RunningApi;
  let folder: string;

  beforeAll(async () => {
    api = await startApi({ parties: [] });
    await mkdir(join('.ledger', 'clients'), { recursive: true });
    folder = await mkdtemp(join('.ledger', 'clients', 'python-'));
  }, 60_000);
  afterAll(async () => {
    await api.close();
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  it('has every operation, is right by its types, and does what a client does', async () => {
    const { text, json } = await api.send({ method: 'GET', url: '/openapi.json', as: null });
    await writeFile(join(folder, 'openapi.json'), text);
    const program = join('tests', 'clients', 'python', 'use_ledger.py');
    await copyFile(program, join(folder, 'use_ledger.py'));
    const options = ['--path', 'openapi.json', '--output-path', 'ledger_api', '--meta', 'none'];
    const made = await runPython(['-m', 'openapi_python_client', 'generate', ...options], folder);
    // Bodies besides JSON are passed over, which it says; no operation is.
    expect(made.stdout).not.toContain('will not be generated');
    const operations = Object.values(json.paths as object).flatMap((item: object) =>
      Object.values(item).map(({ operationId }: { operationId: string }) =>
        operationId.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      ),
    );
    const listed = await runPython(
      ['-c', 'import glob, json; print(json.dumps(glob.glob("ledger_api/api/*/*.py")))'],
      folder,
    );
    const modules = (JSON.parse(listed.stdout) as string[])
      .map((path) => path.replace(/^.*[\\/]|\.py$/g, ''))
      .filter((name) => name !== '__init__');
    expect(modules.sort()).toEqual(operations.sort());

    const checked = await runPython(
      // Its own client.py is not strict, whatever the document.
      [...'-m mypy --strict --no-incremental --follow-imports=silent'.split(' '), ...CHECKED],
      folder,
    ).catch((error: { stdout: string }) => error);
    expect(checked.stdout).toContain('Success: no issues found');
    const { stdout } = await runPython(['use_ledger.py'], folder, environment(api));
    expect(JSON.parse(stdout)).toEqual(SEEN);
  }, 300_000);
});
