import type { Pool } from 'pg';
import type { LedgerReader } from '../../ledger/ledger.js';
import { projections } from '../../projections/all.js';
import type { Projection } from '../../projections/engine/projection.js';
import {
  projectionStatus,
  waitForViews,
  type ProjectionStatus,
} from '../../projections/engine/status.js';
import { ViewLacking } from './evaluations.js';
import type { ViewBehind } from './views.js';

/** Per shard, its last position. */
export type Heads = Readonly<Record<string, number>>;

/** A view that lags is waited for so long, once for all tenants. */
const WAIT_MS = 2_000;
/** One that was waited for in vain is given so much: while much is recorded, a view that is well is behind for a moment too. */
const AGAIN_MS = 250;

/** How far the live views are when an evaluation begins, and whose rules that keeps from being evaluated. */
export interface ViewsStanding {
  readonly behind: readonly ViewBehind[];
  /** @throws ViewLacking where a view of these has not seen something of the tenant. */
  require(tenant: string, reads: readonly Projection[]): void;
}

interface Lack {
  readonly because: ViewLacking['because'];
  readonly name: string;
  readonly tenants: ReadonlySet<string> | 'all';
}

/** `waits`: no view that lags was waited for in vain the last time. */
export const standingOf = async (
  pool: Pool,
  reader: LedgerReader,
  heads: Heads,
  waits: boolean,
): Promise<ViewsStanding> => {
  const before = await liveViews(pool, reader);
  const inTime = new Set<string>();
  await Promise.all(
    before.map(async (view) => {
      const least = withoutShards(heads, stoppedShards(view));
      const own = projections.filter(({ name }) => name === view.name);
      if (await waitForViews({ pool }, own, least, waits ? WAIT_MS : AGAIN_MS))
        inTime.add(view.name);
    }),
  );
  // A view may have been built meanwhile, so they are told apart by name.
  const live = inTime.size === before.length ? before : await liveViews(pool, reader);
  const behind: ViewBehind[] = [];
  const lacks: Lack[] = projections
    .filter(({ name }) => live.every((view) => view.name !== name))
    .map(({ name }) => ({ because: 'view-behind', name, tenants: 'all' }));
  for (const view of live) {
    const stopped = stoppedShards(view);
    const late = Object.keys(heads)
      .map(Number)
      .filter((shard) => !stopped.includes(shard) && !inTime.has(view.name))
      .filter((shard) => placeIn(view, shard) < (heads[shard] ?? 0));
    for (const shard of [...stopped, ...late])
      lacks.push({
        because: stopped.includes(shard) ? 'view-stopped' : 'view-behind',
        name: view.name,
        tenants: await tenantsAfter(pool, reader, shard, placeIn(view, shard)),
      });
    if (stopped.length + late.length > 0)
      behind.push(...(await behindOf(reader, view, stopped, [...stopped, ...late], heads)));
  }
  return { behind, require: requiring(lacks) };
};

const liveViews = async (pool: Pool, reader: LedgerReader): Promise<readonly ProjectionStatus[]> =>
  (await projectionStatus(pool, reader, projections)).filter(({ state }) => state === 'live');

const stoppedShards = ({ stoppedAt }: ProjectionStatus): readonly number[] => [
  ...new Set(stoppedAt.map(({ shard }) => shard)),
];

const placeIn = ({ ledgerPosition }: ProjectionStatus, shard: number): number =>
  ledgerPosition[shard] ?? 0;

const withoutShards = (heads: Heads, shards: readonly number[]): Heads =>
  Object.fromEntries(Object.entries(heads).filter(([shard]) => !shards.includes(Number(shard))));

/** Who has entries after a position: of everybody else the view has seen all there is. */
const tenantsAfter = async (
  pool: Pool,
  reader: LedgerReader,
  shard: number,
  position: number,
): Promise<ReadonlySet<string>> => {
  const next = await reader.readEnvelopes(shard, position, 1);
  const { rows } = await pool.query<{ tenant: string }>(
    'SELECT DISTINCT tenant FROM ledger.stream WHERE shard = $1 AND last_position > $2',
    [shard, position],
  );
  return new Set([...next, ...rows].map(({ tenant }) => tenant));
};

const behindOf = async (
  reader: LedgerReader,
  view: ProjectionStatus,
  stopped: readonly number[],
  shards: readonly number[],
  heads: Heads,
): Promise<readonly ViewBehind[]> => {
  const waiting = await Promise.all(
    shards.map((shard) => reader.readEnvelopes(shard, placeIn(view, shard), 1)),
  );
  const [since] = waiting
    .flat()
    .map(({ recordedAt }) => recordedAt)
    .sort();
  const events = shards.reduce(
    (sum, shard) => sum + Math.max(0, (heads[shard] ?? 0) - placeIn(view, shard)),
    0,
  );
  return since === undefined ? [] : [{ name: view.name, stoppedShards: stopped, since, events }];
};

const requiring =
  (lacks: readonly Lack[]): ViewsStanding['require'] =>
  (tenant, reads) => {
    const names = new Set(reads.map(({ name }) => name));
    const lack = lacks.find(
      (each) => names.has(each.name) && (each.tenants === 'all' || each.tenants.has(tenant)),
    );
    if (lack === undefined) return;
    const { because, name } = lack;
    const what = because === 'view-stopped' ? 'stands still' : 'is behind the ledger';
    throw new ViewLacking(because, `the view ${name} ${what}`);
  };
