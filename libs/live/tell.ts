import type { MovedReader, MovedStream, ShardRange } from '../ledger/ledger.js';
import type { Projection } from '../projections/engine/projection.js';
import { tellEntries } from './tell-entries.js';
import { tellViews } from './tell-views.js';
import {
  afterText,
  NOBODY,
  rangesBetween,
  upToText,
  type Audience,
  type MovedIn,
  type Span,
  type Told,
} from './told.js';

/** Streams and types of events that one look may find; where there are more nobody is told of single ones. */
const MOVED_MAX = 2_000;

/**
 * What happened between two places, in the order in which it is told: what is left out of the entries, entries by shard and
 * position, then views. Whoever goes on from the place of any of it misses nothing, and hears no entry twice.
 */
export const tell = async (
  reader: MovedReader,
  projections: readonly Pick<Projection, 'name' | 'handles'>[],
  audiences: readonly Audience[],
  span: Span,
): Promise<readonly Told[]> => {
  const { from, to } = span;
  const tenants = [...new Set(audiences.map(({ interest }) => interest.tenant))];
  const entries = rangesBetween(from.ledger, to.ledger);
  const views = projections.map((projection) => {
    const { name } = projection;
    return { projection, ranges: rangesBetween(from.views[name] ?? [], to.views[name] ?? []) };
  });
  const moved = await movedIn(
    reader,
    [entries, ...views.map(({ ranges }) => ranges)],
    tenants,
    span,
  );
  if (moved === null) return tenants.flatMap((tenant) => coarse(tenant, entries, views, span));
  const [ofLedger = [], ...ofViews] = moved;
  return [
    ...(await tellEntries(reader, ofLedger, audiences, span)),
    ...tellViews(
      views.map(({ projection }, index) => ({ projection, moved: ofViews[index] ?? [] })),
      span,
    ),
  ];
};

type Ranges = readonly ShardRange[];

/** What moved in each range of each part, in one question; null: too much to look at. Equal ranges are looked at once. */
const movedIn = async (
  reader: MovedReader,
  parts: readonly Ranges[],
  tenants: readonly string[],
  { limits }: Span,
): Promise<readonly (readonly MovedIn[])[] | null> => {
  const distinct = new Map(
    parts.flat().map((range) => [afterText([range]) + upToText([range]), range]),
  );
  const names = [...distinct.keys()];
  if (names.length === 0 || tenants.length === 0) return [];
  if (Math.max(...parts.map(lengthOf)) > limits.positions) return null;
  const moved = await reader.movedStreams([...distinct.values()], tenants, MOVED_MAX + 1);
  if (moved.length > MOVED_MAX) return null;
  const byRange = new Map<string, MovedStream[]>(names.map((name) => [name, []]));
  for (const stream of moved) byRange.get(names[stream.range] ?? '')?.push(stream);
  return parts.map((ranges) =>
    ranges.map((range) => ({
      range,
      streams: byRange.get(afterText([range]) + upToText([range])) ?? [],
    })),
  );
};

const lengthOf = (ranges: Ranges): number =>
  ranges.reduce((sum, { after, upTo }) => sum + upTo - after, 0);

/** Nobody has looked: any may have moved. */
const coarse = (
  tenant: string,
  entries: Ranges,
  views: readonly { readonly projection: { readonly name: string }; readonly ranges: Ranges }[],
  { from, reason }: Span,
): readonly Told[] => {
  const told: Told[] = [];
  if (entries.length > 0)
    told.push({
      ...{ name: 'behind', tenant, place: from, isFor: (interest) => interest.entries },
      data: {
        reason,
        stream: null,
        ...NOBODY,
        entries: null,
        after: afterText(entries),
        upTo: upToText(entries),
      },
    });
  const moved = views.flatMap(({ projection: { name }, ranges }) =>
    ranges.length === 0 ? [] : [[name, upToText(ranges)] as const],
  );
  if (moved.length > 0)
    told.push({
      ...{ name: 'view', tenant, place: from, isFor: (interest) => interest.views },
      data: { ...NOBODY, views: Object.fromEntries(moved) },
    });
  return told;
};
