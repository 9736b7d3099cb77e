import type { BurnDown, Money } from '../api/types.js';
import { Figure, whyOf } from '../parts/figure.js';

interface FiguresProps {
  readonly of: BurnDown;
  /** Null: not known on this page. */
  readonly pastDue: Money | null;
}

/** The numbers of a commitment, each of which opens into what made it. */
export const Figures = ({ of, pastDue }: FiguresProps) => {
  const { commitmentId, pace } = of;
  const own = (figure: string) => whyOf('burn-down', figure, commitmentId);
  const rows: readonly (readonly [name: string, of: Money | null, why: string])[] = [
    ['Pledged', of.total, own('total')],
    ['Applied', of.applied, own('applied')],
    ['Remaining', of.remaining, own('remaining')],
    ['Past due', pastDue, whyOf('portfolio', 'pastDue', commitmentId)],
    ['Overage', of.overage, own('overage')],
    ['Ineligible', of.ineligible, own('ineligible')],
    ['Done a day', pace?.recentPerDay ?? null, own('pace.recentPerDay')],
    ['Needed a day', pace?.requiredPerDay ?? null, own('pace.requiredPerDay')],
  ];
  return (
    <dl className="figures">
      {rows.map(([name, amount, why]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <Figure of={amount} name={name} why={why} />
          </dd>
        </div>
      ))}
    </dl>
  );
};
