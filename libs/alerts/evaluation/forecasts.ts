import type { Forecast } from '../../projections/forecast/answer.js';
import type { Obligations } from '../../projections/remaining-obligation/obligations.js';

type Owed = Obligations['commitments'][number];

interface Kept {
  /** What a forecast is made of, but for what is used within a day. */
  readonly of: string;
  readonly applied: string;
  readonly madeAtMs: number;
  readonly forecast: Forecast | null;
}

/** Longer than that no other rule waits for forecasts. */
const MAKING_MS_MAX = 1_000;
/** What is used today moves a forecast little: it is made from whole days. */
const KEPT_MS = 10 * 60_000;

/** Not all forecasts are made: an evaluation makes some, the next one goes on. */
export class ForecastsUnfinished extends Error {}

/**
 * Forecasts of an evaluator's process. Making one takes milliseconds, so they are kept: one is made again when the terms have
 * changed, when a day has begun, and when something was used, after ten minutes. They are nobody's facts: whoever evaluates
 * next makes its own.
 */
export class Forecasts {
  private readonly kept = new Map<string, Kept>();
  private makingUntilMs = Infinity;

  constructor(private readonly keptMs = KEPT_MS) {}

  /** An evaluation begins. */
  begin(): void {
    const now = performance.now();
    this.makingUntilMs = now + MAKING_MS_MAX;
    for (const [key, { madeAtMs }] of this.kept)
      if (now - madeAtMs > 2 * 24 * 60 * 60_000) this.kept.delete(key);
  }

  /** Null: there is no such commitment any more. @throws ForecastsUnfinished */
  async of(
    tenant: string,
    asOf: string,
    { commitmentId, termsVersion, applied }: Owed,
    make: (commitmentId: string) => Promise<Forecast | null>,
  ): Promise<Forecast | null> {
    const key = `${tenant} ${commitmentId}`;
    const of = `${asOf} ${termsVersion}`;
    const kept = this.kept.get(key);
    const now = performance.now();
    const isGood =
      kept?.of === of && (kept.applied === applied.amount || now - kept.madeAtMs < this.keptMs);
    if (isGood) return kept.forecast;
    if (now > this.makingUntilMs) throw new ForecastsUnfinished();
    const forecast = await make(commitmentId);
    this.kept.set(key, { of, applied: applied.amount, madeAtMs: now, forecast });
    return forecast;
  }
}
