import { Icon } from '../parts/icon.js';
import { instantOf } from '../format/words.js';
import { isNow, useMoment, useSetParameters } from '../state/address.js';

/** An instant as `<input type="datetime-local">` has it, which knows no zone: it is UTC here. */
const toInput = (instant: string | undefined): string => instant?.slice(0, 16) ?? '';
const toInstant = (input: string): string | null => (input === '' ? null : `${input}:00Z`);

/** The two times of every answer: when it was in business, and when it was recorded. */
export const Moment = () => {
  const moment = useMoment();
  const setParameters = useSetParameters();
  return (
    <details className="moment">
      <summary>
        <Icon name="clock" />
        <span>{isNow(moment) ? 'Now' : 'Not now'}</span>
        <span className="unseen">: choose a day and a time of recording</span>
      </summary>
      <div className="choices">
        <label>
          As of the end of
          <input
            type="date"
            value={moment.asOf ?? ''}
            onChange={({ target }) => setParameters({ asOf: target.value })}
          />
        </label>
        <label>
          As known at (UTC)
          <input
            type="datetime-local"
            value={toInput(moment.knownAt)}
            onChange={({ target }) => setParameters({ knownAt: toInstant(target.value) })}
          />
        </label>
        <button type="button" onClick={() => setParameters({ asOf: null, knownAt: null })}>
          Back to now
        </button>
      </div>
    </details>
  );
};

/** Nobody may take the past for the present. */
export const NotNow = () => {
  const moment = useMoment();
  const setParameters = useSetParameters();
  if (isNow(moment)) return null;
  const { asOf, knownAt } = moment;
  return (
    <div className="notice" role="status">
      <Icon name="clock" />
      <p>
        This is not now: you see the figures
        {asOf !== undefined && ` as of the end of ${asOf}`}
        {knownAt !== undefined && ` as they were known at ${instantOf(knownAt)}`}.
      </p>
      <button type="button" onClick={() => setParameters({ asOf: null, knownAt: null })}>
        Back to now
      </button>
    </div>
  );
};
