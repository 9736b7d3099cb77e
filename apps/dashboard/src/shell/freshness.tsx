import { useQuery } from '@tanstack/react-query';
import { counted } from '../format/words.js';
import { useMoment } from '../state/address.js';
import { useClock } from '../state/clock.js';
import { STALE_MS, useLive, type Live } from '../state/live.js';
import { portfolio } from '../state/questions.js';

type State = 'waiting' | 'live' | 'behind' | 'stale';

const stateOf = ({ heardAt }: Live, lag: number, now: number): State => {
  if (heardAt === null) return 'waiting';
  if (now - heardAt > STALE_MS) return 'stale';
  return lag > 0 ? 'behind' : 'live';
};

/** Whether what is shown is what is known: live, so many entries behind, or nobody can say any more. */
export const Freshness = () => {
  const live = useLive();
  const now = useClock();
  const { data } = useQuery(portfolio(useMoment()));
  const lag = data?.lag ?? 0;
  const state = stateOf(live, lag, now);
  const age = Math.round((now - (live.heardAt ?? now)) / 1_000);
  const words: Readonly<Record<State, string>> = {
    waiting: 'Connecting …',
    live: 'Live',
    behind: `${counted(lag, 'entry', 'entries')} behind`,
    stale: `Stale: nothing heard for ${age} s`,
  };
  return (
    <span
      className={`freshness ${state}`}
      role="status"
      aria-live={state === 'stale' ? 'assertive' : 'off'}
    >
      <span className="dot" aria-hidden="true" />
      {words[state]}
    </span>
  );
};
