/** The last position of each shard, by shard. */
export type Positions = readonly number[];

/**
 * Up to where somebody has been told: entries up to `ledger`, and moves of each view up to where the view had got then.
 * Views run behind the ledger, so a place that named the ledger alone would lose the moves that were still to come.
 */
export interface Place {
  readonly ledger: Positions;
  readonly views: Readonly<Record<string, Positions>>;
}

const LIST =
  '(?:0|[1-9][0-9]{0,3}):(?:0|[1-9][0-9]{0,14})(?:,(?:0|[1-9][0-9]{0,3}):(?:0|[1-9][0-9]{0,14}))*';
/** `0:12,1:7`, and for views that stand elsewhere `;burn-down=0:10`. */
export const PLACE = new RegExp(`^${LIST}(?:;[a-z][a-z-]{0,62}=${LIST})*$`);

const listOf = (positions: Positions, than?: Positions): string =>
  positions
    .flatMap((position, shard) => (position === than?.[shard] ? [] : [`${shard}:${position}`]))
    .join();

/** As clients keep it and send it back: all shards of the ledger, and views where they stand elsewhere. */
export const placeText = ({ ledger, views }: Place): string =>
  [
    listOf(ledger),
    ...Object.entries(views).flatMap(([name, positions]) => {
      const elsewhere = listOf(positions, ledger);
      return elsewhere === '' ? [] : [`${name}=${elsewhere}`];
    }),
  ].join(';');

/** A shard is named twice, or there is none of that number. */
export class NoSuchPlace extends Error {}

const positionsIn = (text: string, shardCount: number): ReadonlyMap<number, number> => {
  const named = new Map<number, number>();
  for (const part of text.split(',')) {
    const [shard = NaN, position = NaN] = part.split(':').map(Number);
    if (named.has(shard)) throw new NoSuchPlace(`shard ${shard} is named twice`);
    if (shard >= shardCount) throw new NoSuchPlace(`there is no shard ${shard}`);
    named.set(shard, position);
  }
  return named;
};

/**
 * The place that a text of the form of `PLACE` names, where `present` is. A shard that it does not name begins at present,
 * and a view that it does not name has been told of as far as the ledger. Views of another version's are passed over.
 * @throws NoSuchPlace also for what lies beyond the present.
 */
export const placeIn = (text: string, present: Place): Place => {
  const [first = '', ...others] = text.split(';');
  const shardCount = present.ledger.length;
  const said = positionsIn(first, shardCount);
  const elsewhere = new Map(
    others.map((other) => {
      const [name = '', list = ''] = other.split('=');
      return [name, positionsIn(list, shardCount)];
    }),
  );
  const ledger = present.ledger.map((position, shard) => said.get(shard) ?? position);
  if (ledger.some((position, shard) => position > (present.ledger[shard] ?? 0)))
    throw new NoSuchPlace('the ledger has not got that far');
  const views = Object.fromEntries(
    Object.entries(present.views).map(([name, stands]) => [
      name,
      // Where a view stands behind what was told of it, it was put back: it is told again when it comes by.
      stands.map((stand, shard) =>
        Math.min(stand, elsewhere.get(name)?.get(shard) ?? said.get(shard) ?? stand),
      ),
    ]),
  );
  return { ledger, views };
};

/** The same with one shard's entries told up to `position`. */
export const withEntry = (place: Place, shard: number, position: number): Place => ({
  ...place,
  ledger: place.ledger.with(shard, position),
});

export const isSamePlace = (one: Place, other: Place): boolean =>
  placeText(one) === placeText(other);
