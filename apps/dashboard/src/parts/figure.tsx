import type { ReactNode } from 'react';
import type { Money } from '../api/types.js';
import { compact, exact } from '../format/money.js';
import { useSetParameters } from '../state/address.js';
import type { Why } from '../state/questions.js';

interface FigureProps {
  readonly of: Money | null;
  /** What it is, for whoever hears it. */
  readonly name: string;
  /** How it is asked for at `/v1/explain`. Absent: it is a sum of others on the page. */
  readonly why?: Why | undefined;
}

/** An amount for a glance, with all its digits beside it; it opens into what made it. */
export const Figure = ({ of, name, why }: FigureProps) => {
  if (of === null) return <span className="figure none">–</span>;
  const words = (
    <>
      <span className="compact">{compact(of)}</span>
      {exact(of) !== compact(of) && <span className="exact">{exact(of)}</span>}
    </>
  );
  return (
    <Opens name={name} why={why}>
      {words}
    </Opens>
  );
};

interface OpensProps {
  readonly name: string;
  /** Absent: it opens into nothing. */
  readonly why: Why | undefined;
  readonly children: ReactNode;
}

/** What opens into what made it: an amount, a share or an index. */
export const Opens = ({ name, why, children }: OpensProps) => {
  const setParameters = useSetParameters();
  if (why === undefined) return <span className="figure">{children}</span>;
  return (
    <button type="button" className="figure" onClick={() => setParameters({ why, entry: null })}>
      <span className="unseen">{name}: </span>
      {children}
      <span className="unseen"> What made it</span>
    </button>
  );
};

export const whyOf = (view: string, figure: string, commitmentId: string, period?: number): Why =>
  new URLSearchParams({
    view,
    figure,
    commitmentId,
    ...(period === undefined ? {} : { period: String(period) }),
  }).toString();
