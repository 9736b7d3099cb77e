import { compact, isZero } from '../format/money.js';
import { spoken } from '../format/words.js';
import { useSetParameters } from '../state/address.js';
import { useLive, type EntryNews } from '../state/live.js';

/** What was recorded since the page was opened, the newest first. */
export const Feed = () => {
  const { news } = useLive();
  return (
    <section className="feed" aria-labelledby="feed">
      <h2 id="feed">As it happens</h2>
      {news.length === 0 ? (
        <p className="quiet">
          Nothing new since you opened this page. What is recorded shows here, and the figures move
          with it.
        </p>
      ) : (
        <ol aria-live="polite" aria-relevant="additions">
          {news.map((entry) => (
            <Item key={`${entry.shard}:${entry.position}`} entry={entry} />
          ))}
        </ol>
      )}
    </section>
  );
};

const about = ({ commitmentIds, agreementId, partyId }: EntryNews): string =>
  commitmentIds.join(', ') || agreementId || partyId || '';

/** `DrawdownRecorded` as people read it. */
const inWords = (type: string): string =>
  spoken(type.replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase());

const Item = ({ entry }: { readonly entry: EntryNews }) => {
  const setParameters = useSetParameters();
  const amounts = Object.entries(entry.amounts).filter(([, amount]) => !isZero(amount));
  const place = `${entry.shard}:${entry.position}`;
  return (
    <li>
      <button
        type="button"
        className="row"
        onClick={() => setParameters({ entry: place, why: null })}
      >
        <strong>{inWords(entry.type)}</strong>
        <span>{about(entry)}</span>
        <span>{amounts.map(([name, amount]) => `${name} ${compact(amount)}`).join(' · ')}</span>
        <span className="quiet">
          {entry.recordedAt.slice(11, 19)} UTC · {entry.actor} · {place}
        </span>
      </button>
    </li>
  );
};
