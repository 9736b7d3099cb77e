import type { Concentration, CurrencyConcentration } from '../api/types.js';
import { percent, spoken } from '../format/words.js';
import { Figure, Opens } from '../parts/figure.js';
import { useAsked } from './asked.js';
import { Scale } from './scale.js';
import { whyOfShares } from './why.js';
import { points } from './words.js';

interface IndexFiguresProps {
  readonly of: CurrencyConcentration;
  readonly bands: Concentration['bands'];
}

/** How concentrated it is, in numbers, and where that lies. */
export const IndexFigures = ({ of, bands }: IndexFiguresProps) => {
  const asked = useAsked();
  const why = (figure: string) => whyOfShares(figure, { ...asked, currency: of.currency });
  const { hhi, band, top1, top3, effectiveNumber, baseAmount } = of;
  const rows = [
    ['HHI', 'hhi', points(hhi), band === null ? null : `${spoken(band)} concentration`],
    ['Largest vendor', 'top1', percent(top1), null],
    ['Three largest', 'top3', percent(top3), null],
    [
      'Effective number',
      'effectiveNumber',
      effectiveNumber === null ? '–' : Number(effectiveNumber).toFixed(2),
      'of vendors of one size',
    ],
  ] as const;
  return (
    <>
      <dl className="figures">
        {rows.map(([name, figure, text, foot]) => (
          <div key={figure}>
            <dt>{name}</dt>
            <dd>
              <Opens name={name} why={why(figure)}>
                <span className="compact">{text}</span>
                {foot !== null && <span className="exact">{foot}</span>}
              </Opens>
            </dd>
          </div>
        ))}
        <div>
          <dt>Shared out</dt>
          <dd>
            <Figure of={baseAmount} name="Shared out" why={why('baseAmount')} />
          </dd>
        </div>
      </dl>
      {hhi !== null && <Scale {...{ hhi, band, bands }} />}
    </>
  );
};
