import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startApi, type RunningApi } from '../api/running-api.js';
import { run } from './saw.js';

const FILE = join('apps', 'dashboard', 'src', 'api', 'ledger-api.d.ts');
/** What the dashboard asks, and no more: what else the document says may change without it. */
const ASKED = [
  '/v1/portfolio',
  '/v1/commitments/{id}/burn-down',
  '/v1/commitments/{id}/forecast',
  '/v1/commitments/{id}/periods',
  '/v1/obligations',
  '/v1/vendors/concentration',
  '/v1/explain',
  '/v1/ledger/events/{shard}/{position}',
];

let api: RunningApi;
let folder: string;

beforeAll(async () => {
  api = await startApi({ parties: [] });
  await mkdir(join('.ledger', 'clients'), { recursive: true });
  folder = await mkdtemp(join('.ledger', 'clients', 'dashboard-'));
}, 60_000);
afterAll(async () => {
  await api.close();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

interface Asked {
  readonly responses: Readonly<Record<string, unknown>>;
}
interface Described {
  readonly paths: Readonly<Record<string, { readonly get?: Asked }>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}

/** The document of those paths: how they are asked, their answer, and the schemas that it is made of. */
const partOf = (document: Described): object => {
  const paths = Object.fromEntries(
    ASKED.map((path) => {
      const get = document.paths[path]?.get;
      if (get === undefined) throw new Error(`the document has no ${path}`);
      return [path, { get: { ...get, responses: { 200: get.responses['200'] } } }];
    }),
  );
  const schemas: Record<string, unknown> = {};
  const take = (value: unknown): void => {
    for (const [, name = ''] of JSON.stringify(value).matchAll(
      /"#\/components\/schemas\/([^"]+)"/g,
    )) {
      if (name in schemas) continue;
      schemas[name] = document.components.schemas[name];
      take(schemas[name]);
    }
  };
  take(paths);
  return typesAlone({ ...document, paths, components: { schemas } });
};

/** Without what is said of a member and without an order, which change no type. */
const typesAlone = (value: object): object =>
  JSON.parse(JSON.stringify(value), (name, member: unknown) => {
    if (typeof member === 'string')
      return ['description', 'summary', 'example'].includes(name) ? undefined : member;
    if (name === 'parameters' && Array.isArray(member))
      return member.sort((one, other) => (one.name < other.name ? -1 : 1));
    if (typeof member !== 'object' || member === null || Array.isArray(member)) return member;
    return Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)));
  }) as object;

/** After a change of these answers: `LEDGER_WRITE_API_TYPES=1 npm run jest -- tests/integration/clients/dashboard-types.test.ts`. */
it('the types of the dashboard are those of the document', async () => {
  const { json } = await api.send({ method: 'GET', url: '/openapi.json', as: null });
  await writeFile(join(folder, 'openapi.json'), JSON.stringify(partOf(json as Described)));
  const generator = join('node_modules', 'openapi-typescript', 'bin', 'cli.js');
  const made = join(folder, 'ledger-api.d.ts');
  await run(process.execPath, [generator, join(folder, 'openapi.json'), '-o', made]);
  const types = await readFile(made, 'utf8');
  if (process.env['LEDGER_WRITE_API_TYPES'] === '1') await writeFile(FILE, types);
  expect(await readFile(FILE, 'utf8')).toBe(types);
}, 120_000);
