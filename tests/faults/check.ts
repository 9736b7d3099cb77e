import { groupNames } from '../../infra/kafka/topics.js';
import { replayAndCompare } from '../../libs/audit/replay.js';
import { readDeadLetter } from '../../libs/contract/messages/dead-letter.js';
import { projections } from '../../libs/projections/all.js';
import { eventually } from '../support/eventually.js';
import { checkInvariants } from '../support/invariants.js';
import { sql } from '../support/sql.js';
import { topicFindings } from '../support/topic-invariants.js';
import type { Load } from './load.js';
import type { World } from './world.js';

const QUIET_MS_MAX = 90_000;

/** Until everything produced is settled, everything recorded is published, and every view has seen it. */
const quiet = async (world: World): Promise<void> => {
  const { admin, topics, prefix, ground } = world;
  await eventually(async () => {
    for (const topic of [topics.usageIngest, topics.investmentIngest]) {
      const ends = await admin.endOffsets(topic);
      const settled = await admin.committedOffsets(groupNames(prefix).intake, topic);
      if (ends.some((end, partition) => end > (settled[partition] ?? 0)))
        throw new Error(`${topic}: settled ${settled.join()} of ${ends.join()}`);
    }
    const [behind] = await sql<{ published: number; projected: number; parked: number }>(
      ground.ownerUrl,
      BEHIND,
      [projections.map(({ name }) => name), projections.map(({ version }) => version)],
    );
    if (Object.values(behind!).some((count) => count > 0))
      throw new Error(`not quiet: ${JSON.stringify(behind)}`);
  }, QUIET_MS_MAX);
};

const BEHIND = `
  SELECT (SELECT count(*)::integer FROM ledger.shard_head h LEFT JOIN ledger.relay_checkpoint c USING (shard)
           WHERE c.position IS DISTINCT FROM h.position) AS published,
         (SELECT count(*)::integer
            FROM ledger.shard_head h CROSS JOIN unnest($1::text[], $2::integer[]) AS wanted (name, version)
            LEFT JOIN views.projection p
              ON p.name = wanted.name AND p.version = wanted.version AND p.state = 'live'
            LEFT JOIN views.projection_checkpoint c
              ON c.name = p.name AND c.version = p.version AND c.generation = p.generation AND c.shard = h.shard
           WHERE c.position IS DISTINCT FROM h.position) AS projected,
         (SELECT count(*)::integer FROM ledger.parked) AS parked`;

/** Waits until it is quiet; then what is wrong, a line each. Empty: nothing was lost, doubled or changed. */
export const violations = async (world: World, load: Load): Promise<readonly string[]> => {
  await quiet(world);
  const replay = await replayAndCompare({ pool: world.pool, reader: world.ledger, projections });
  const views = replay.projections
    .filter(({ differences, chain }) => differences > 0 || chain !== null)
    .map((view) => `I6 ${view.name}: ${JSON.stringify(view)}`);
  const topic = await topicFindings(world.admin, world.topics.ledgerEvents, world.ledger);
  return [
    ...world.deaths,
    ...load.wrong,
    ...(await checkInvariants(world.ground.ownerUrl)),
    ...(await recordedOnce(world, load)),
    ...(await refusedOnly(world, load)),
    ...views,
    ...topic.map((line) => `I8 ${line}`),
  ].slice(0, 40);
};

interface Drawdown {
  readonly id: string;
  readonly position: number;
  readonly hash: string;
  readonly gross: string;
}

/** I4, I5 in sum, and the first half of I7: exactly what was sent, each once, and as it was acknowledged. */
const recordedOnce = async (world: World, load: Load): Promise<readonly string[]> => {
  const rows = await sql<Drawdown>(
    world.ground.ownerUrl,
    `SELECT entry::jsonb ->> 'id' AS id, position::integer AS position, encode(hash, 'hex') AS hash,
            coalesce(trim_scale((entry::jsonb #>> '{body,split,gross}')::numeric)::text, '0') AS gross
     FROM ledger.ledger_event WHERE type = 'DrawdownRecorded' AND source = 'billing'`,
  );
  const wrong: string[] = [];
  const byId = new Map<string, Drawdown>();
  for (const row of rows) {
    if (byId.has(row.id)) wrong.push(`I4 ${row.id} is there twice`);
    if (!load.sent.has(row.id)) wrong.push(`I4 ${row.id} was never sent`);
    byId.set(row.id, row);
  }
  for (const { id, position, hash } of load.acknowledged()) {
    const row = byId.get(id);
    if (row === undefined) wrong.push(`I4 ${id} was acknowledged and is lost`);
    else if (hash !== null && (row.hash !== hash || row.position !== position))
      wrong.push(
        `I4 ${id} was acknowledged as ${position} ${hash}, is ${row.position} ${row.hash}`,
      );
  }
  for (const { id, amount } of load.sent.values()) {
    const row = byId.get(id);
    if (row === undefined) wrong.push(`I7 ${id} was sent and is neither recorded nor refused`);
    else if (nanos(row.gross) !== nanos(amount)) wrong.push(`I5 ${id}: ${amount} is ${row.gross}`);
  }
  const sum = (amounts: readonly string[]): bigint =>
    amounts.reduce((total, amount) => total + nanos(amount), 0n);
  const sent = sum([...load.sent.values()].map(({ amount }) => amount));
  const recorded = sum(rows.map(({ gross }) => gross));
  if (sent !== recorded) wrong.push(`I5 ${sent} nano-dollars were sent, ${recorded} are recorded`);
  return wrong;
};

/** The second half of I7: what is malformed, and nothing else, is on record as refused and among the dead letters. */
const refusedOnly = async (world: World, load: Load): Promise<readonly string[]> => {
  const { admin, topics, ground } = world;
  const rows = await sql<{ reference: string; code: string }>(
    ground.ownerUrl,
    'SELECT reference, code FROM ledger.refused',
  );
  const ends = await admin.endOffsets(topics.usageDeadLetters);
  const letters = (
    await Promise.all(
      ends.map((end, partition) => admin.readTail(topics.usageDeadLetters, partition, end)),
    )
  )
    .flat()
    .map(
      (record) =>
        String((JSON.parse(record.value!.toString()) as { id: string }).id) +
        (readDeadLetter(record) === null ? ' damaged' : ''),
    );
  const wrong: string[] = [];
  for (const [where, ids] of [
    ['refused', new Set(rows.map(({ reference }) => reference))],
    ['dead letters', new Set(letters)],
  ] as const) {
    for (const id of load.malformed)
      if (!ids.has(id)) wrong.push(`I7 ${id} is malformed and not among the ${where}`);
    for (const id of ids)
      if (!load.malformed.has(id)) wrong.push(`I7 ${id} is sound and among the ${where}`);
  }
  return wrong;
};

/** Decimal text in units of 10^-9. */
const nanos = (text: string): bigint => {
  const [whole = '0', fraction = ''] = text.split('.');
  return BigInt(whole + fraction.padEnd(9, '0'));
};
