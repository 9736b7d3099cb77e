import type { Concentration, CurrencyConcentration } from '../api/types.js';
import { BANDS, points } from './words.js';

interface ScaleProps {
  readonly hhi: string;
  readonly band: CurrencyConcentration['band'];
  readonly bands: Concentration['bands'];
}

const MAX = 10_000;

/** Where the index lies between no concentration and a single vendor, with the bands by their names. */
export const Scale = ({ hhi, band, bands }: ScaleProps) => {
  const [moderate, high, guidelines] = BANDS[bands];
  const at = (value: number): number => (value / MAX) * 100;
  return (
    <div className="scale">
      <svg
        viewBox="0 0 100 12"
        preserveAspectRatio="none"
        role="img"
        aria-label={`HHI ${points(hhi)} of 10,000: ${band ?? 'no'} concentration`}
      >
        <rect className="low" width={at(moderate)} height="8" y="2" />
        <rect
          className="medium"
          x={at(moderate)}
          width={at(high) - at(moderate)}
          height="8"
          y="2"
        />
        <rect className="high" x={at(high)} width={100 - at(high)} height="8" y="2" />
        <line
          className="at"
          x1={Math.min(99.8, at(Number(hhi)))}
          x2={Math.min(99.8, at(Number(hhi)))}
          y2="12"
          vectorEffect="non-scaling-stroke"
        />
      </svg>
      <p className="quiet">
        Low below {moderate.toLocaleString('en')}, moderate to {high.toLocaleString('en')}, high
        above it, as {guidelines} have it; 10,000 is a single vendor.
      </p>
    </div>
  );
};
