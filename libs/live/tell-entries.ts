import type { MovedReader, StreamVersions } from '../ledger/ledger.js';
import { entryNews } from './entry-news.js';
import { concerns, subjectOf } from './interest.js';
import { withEntry } from './place.js';
import { afterText, upToText, type Audience, type MovedIn, type Span, type Told } from './told.js';

/** What one stream has in store for those who want its entries. */
interface Wanted extends StreamVersions {
  readonly events: number;
  readonly readers: number;
}

/**
 * Entries by shard and position. Where they are more than the limits allow, streams with few of them go first: a quiet
 * agreement is told of whatever is imported beside it. Of the others it is said, before anything else, that they are not told.
 */
export const tellEntries = async (
  reader: MovedReader,
  moved: readonly MovedIn[],
  audiences: readonly Audience[],
  { from, to, reason, limits }: Span,
): Promise<readonly Told[]> => {
  const wanted = moved.flatMap(({ streams }) => wantedOf(streams, audiences));
  const fits = fitting(wanted, limits);
  const behind = wanted.flatMap((each): Told[] => {
    if (fits.has(each)) return [];
    const { tenant } = each.stream;
    const subject = subjectOf(each.stream);
    const ranges = moved.flatMap(({ range }) => (range.shard === each.shard ? [range] : []));
    return [
      {
        ...{ name: 'behind', tenant, place: from },
        isFor: (interest) => interest.entries && concerns(interest, subject),
        data: {
          ...{ reason, stream: `${each.stream.kind}:${each.stream.key}`, ...subject },
          ...{ entries: each.events },
          after: afterText(ranges),
          upTo: upToText(ranges),
        },
      },
    ];
  });
  let place = from;
  const entries = await (fits.size === 0 ? [] : reader.readVersions([...fits], limits.entries));
  const told = entries.map((entry): Told => {
    const { shard, position, stream } = entry;
    // Shards that come before are done, whatever of them was nobody's here.
    const done = place.ledger.map((at, each) => (each < shard ? (to.ledger[each] ?? at) : at));
    place = withEntry({ ...place, ledger: done }, shard, position);
    const data = entryNews(entry);
    return {
      ...{ name: 'entry', tenant: stream.tenant, place, data },
      isFor: (interest) =>
        interest.entries &&
        concerns(interest, data) &&
        (interest.commitmentId === null || data.commitmentIds.includes(interest.commitmentId)),
    };
  });
  return [...behind, ...told];
};

const wantedOf = (
  streams: MovedIn['streams'],
  audiences: readonly Audience[],
): readonly Wanted[] => {
  const wanted = new Map<string, Wanted>();
  for (const { shard, stream, events, first, last } of streams) {
    const subject = subjectOf(stream);
    const name = `${stream.tenant} ${stream.kind}:${stream.key}`;
    const so = wanted.get(name);
    const readers = so?.readers ?? readersOf(stream.tenant, subject, audiences);
    wanted.set(name, {
      ...{ shard, stream, readers, events: (so?.events ?? 0) + events },
      first: Math.min(first, so?.first ?? first),
      last: Math.max(last, so?.last ?? last),
    });
  }
  return [...wanted.values()].filter(({ readers }) => readers > 0);
};

const readersOf = (
  tenant: string,
  subject: ReturnType<typeof subjectOf>,
  audiences: readonly Audience[],
): number =>
  audiences.reduce(
    (sum, { interest, readers }) =>
      interest.tenant === tenant && interest.entries && concerns(interest, subject)
        ? sum + readers
        : sum,
    0,
  );

const fitting = (wanted: readonly Wanted[], limits: Span['limits']): ReadonlySet<Wanted> => {
  const fits = new Set<Wanted>();
  let [entries, deliveries] = [0, 0];
  for (const each of [...wanted].sort((one, other) => one.events - other.events)) {
    entries += each.events;
    deliveries += each.events * each.readers;
    if (entries > limits.entries || deliveries > limits.deliveries) break;
    fits.add(each);
  }
  return fits;
};
