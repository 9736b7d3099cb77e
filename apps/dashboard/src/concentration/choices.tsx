import { useSetParameters } from '../state/address.js';
import { useAsked, useNames } from './asked.js';
import { BASES } from './words.js';

/** What is shared out, and of whom. */
export const Choices = () => {
  const { base, customerId } = useAsked();
  const { customers } = useNames();
  const setParameters = useSetParameters();
  const isListed = customerId === null || customers.some(([id]) => id === customerId);
  return (
    <div className="asked">
      <fieldset>
        <legend className="unseen">What is shared out</legend>
        {BASES.map(([each, name]) => (
          <label key={each}>
            <input
              type="radio"
              name="base"
              checked={each === base}
              onChange={() => setParameters({ base: each === 'spend' ? null : each })}
            />
            <span>{name}</span>
          </label>
        ))}
      </fieldset>
      <label className="customer">
        <span>Customer</span>
        <select
          value={customerId ?? ''}
          onChange={({ target }) => setParameters({ customerId: target.value })}
        >
          <option value="">All of them</option>
          {customers.map(([id, name]) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
          {!isListed && <option value={customerId}>{customerId}</option>}
        </select>
      </label>
    </div>
  );
};
