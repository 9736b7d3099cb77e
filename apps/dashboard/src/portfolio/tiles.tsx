import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { Concentration, Money, Standing } from '../api/types.js';
import { compact, difference, exact, isZero, sums } from '../format/money.js';
import { percent, spoken } from '../format/words.js';
import { Answer } from '../parts/answer.js';
import { useMoment } from '../state/address.js';
import { concentration, portfolio, weekBefore } from '../state/questions.js';
import { behind, binding, OF_A_PART } from './sentence.js';

/** The few numbers of all pledges, each with what a week of business has changed. */
export const Tiles = () => {
  const moment = useMoment();
  const now = useQuery(portfolio(moment));
  const before = useQuery(portfolio(weekBefore(moment))).data;
  return (
    <Answer query={now} size="tiles">
      {({ data, hasMore }) => {
        const of = binding(data);
        // The thousand of a week before were others.
        const earlier = hasMore || before?.hasMore === true ? OF_A_PART : before;
        const was = typeof earlier === 'object' ? binding(earlier.data) : (earlier ?? null);
        return (
          <ul className="tiles">
            <Amounts name="Remaining" of={of} before={was} member="remaining" />
            <Amounts name="Past due" of={of} before={was} member="pastDue" isBad />
            <NextDue standings={of} />
            <Behind standings={of} before={was} />
            <LargestVendor />
          </ul>
        );
      }}
    </Answer>
  );
};

/** How it stood a week before; what is said instead where that cannot be compared; null: it is not known yet. */
type Before = readonly Standing[] | typeof OF_A_PART | null;

/** What a week of business has changed, as `told` says it. */
const inAWeek = (before: Before, told: (before: readonly Standing[]) => string): string =>
  before === null ? 'in 7 days: …' : before === OF_A_PART ? before : told(before);

interface TileProps {
  readonly name: string;
  readonly children: ReactNode;
  readonly foot: ReactNode;
  readonly isBad?: boolean;
}

const Tile = ({ name, children, foot, isBad = false }: TileProps) => (
  <li className={isBad ? 'tile bad' : 'tile'}>
    <h2>{name}</h2>
    {children}
    <p className="foot">{foot}</p>
  </li>
);

interface AmountsProps {
  readonly name: string;
  readonly of: readonly Standing[];
  readonly before: Before;
  readonly member: 'remaining' | 'pastDue';
  readonly isBad?: boolean;
}

const Amounts = ({ name, of, before, member, isBad = false }: AmountsProps) => {
  const totals = sums(of.map((standing) => standing[member]));
  const some = totals.filter((total) => !isZero(total));
  return (
    <Tile
      name={name}
      isBad={isBad && some.length > 0}
      foot={inAWeek(before, (was) =>
        changes(totals, sums(was.map((standing) => standing[member]))).join(', '),
      )}
    >
      {(some.length === 0 ? totals.slice(0, 1) : some).map((total) => (
        <p key={total.currency} className="number">
          {compact(total)}
          <span className="exact">{exact(total)}</span>
        </p>
      ))}
    </Tile>
  );
};

const changes = (now: readonly Money[], before: readonly Money[]): readonly string[] => {
  const moved = now
    .map((total) => {
      const earlier = before.find(({ currency }) => currency === total.currency);
      return earlier === undefined ? total : difference(total, earlier);
    })
    .filter((by) => !isZero(by));
  if (moved.length === 0) return ['unchanged in 7 days'];
  return moved.map((by) => `${signed(by)} in 7 days`);
};

const signed = (by: Money): string =>
  by.amount.startsWith('-')
    ? `−${compact({ ...by, amount: by.amount.slice(1) })}`
    : `+${compact(by)}`;

const NextDue = ({ standings }: { readonly standings: readonly Standing[] }) => {
  const due = standings
    .flatMap(({ nextDue, name }) =>
      nextDue?.on === null || nextDue === null || isZero(nextDue.amount)
        ? []
        : [{ name, on: nextDue.on, amount: nextDue.amount }],
    )
    .sort((one, other) => (one.on < other.on ? -1 : 1))[0];
  if (due === undefined)
    return (
      <Tile name="Next due" foot="no day is known on which anything falls due">
        <p className="number">–</p>
      </Tile>
    );
  return (
    <Tile name="Next due" foot={`${due.on} · ${due.name}`}>
      <p className="number">
        {compact(due.amount)}
        <span className="exact">{exact(due.amount)}</span>
      </p>
    </Tile>
  );
};

const Behind = ({
  standings,
  before,
}: {
  readonly standings: readonly Standing[];
  readonly before: Before;
}) => {
  const count = behind(standings).length;
  return (
    <Tile
      name="Behind"
      isBad={count > 0}
      foot={inAWeek(before, (was) => {
        const by = count - behind(was).length;
        return by === 0 ? 'unchanged in 7 days' : `${by > 0 ? '+' : '−'}${Math.abs(by)} in 7 days`;
      })}
    >
      <p className="number">
        {count} of {standings.length}
        <span className="exact">past due, ended short, too late or behind the pace</span>
      </p>
    </Tile>
  );
};

const LargestVendor = () => {
  const moment = useMoment();
  const { data } = useQuery(concentration(moment));
  const { data: before } = useQuery(concentration(weekBefore(moment)));
  const [now, earlier] = [largest(data), largest(before)];
  if (now === null)
    return (
      <Tile name="Largest vendor" foot="of the spend of 12 months">
        <p className="number">–</p>
      </Tile>
    );
  const points = earlier === null ? null : (now.share - earlier.share) * 100;
  return (
    <Tile
      name="Largest vendor"
      foot={
        points === null
          ? 'in 7 days: …'
          : `${points < 0 ? '−' : '+'}${Math.abs(points).toFixed(1)} points in 7 days`
      }
    >
      <p className="number">
        {now.vendor} {percent(String(now.share))}
        <span className="exact">
          of {now.currency} of 12 months · HHI {now.hhi}, {now.band}
        </span>
      </p>
    </Tile>
  );
};

const largest = (answer: Concentration | undefined) => {
  const first = answer?.currencies[0];
  const vendor = first?.vendors[0];
  if (first === undefined || vendor === undefined) return null;
  const { share, vendorId } = vendor;
  return {
    vendor: spoken(vendorId),
    share: Number(share),
    currency: first.currency,
    hhi: Math.round(Number(first.hhi)).toLocaleString('en'),
    band: `${first.band} concentration`,
  };
};
