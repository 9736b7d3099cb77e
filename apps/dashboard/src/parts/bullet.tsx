import type { Money } from '../api/types.js';
import { drawn } from '../format/money.js';

interface BulletProps {
  readonly applied: Money;
  readonly total: Money;
  /** What the plan has applied by now; null: there is no plan. */
  readonly planned: Money | null;
  readonly words: string;
}

const share = (part: Money | null, total: Money): number | null => {
  const [drawnPart, whole] = [drawn(part), drawn(total)];
  if (drawnPart === null || whole === null || whole === 0) return null;
  return Math.max(0, Math.min(100, (drawnPart / whole) * 100));
};

/** How much is used of what was pledged, and the tick where the plan is. */
export const Bullet = ({ applied, total, planned, words }: BulletProps) => {
  const [used, plan] = [share(applied, total) ?? 0, share(planned, total)];
  return (
    <svg
      className="bullet"
      viewBox="0 0 100 10"
      preserveAspectRatio="none"
      role="img"
      aria-label={words}
    >
      <rect className="of" width="100" height="6" y="2" />
      <rect className="used" width={used} height="6" y="2" />
      {plan !== null && <rect className="plan" x={Math.min(plan, 99.2)} width="0.8" height="10" />}
    </svg>
  );
};
