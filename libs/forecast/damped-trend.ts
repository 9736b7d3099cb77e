/**
 * Exponential smoothing with a damped trend and relative errors, ETS(M,Ad,N) of Hyndman, Koehler, Ord and Snyder,
 * "Forecasting with Exponential Smoothing" (2008): with m = l + phi b and the relative error e of a value to it,
 * l' = m (1 + alpha e), b' = phi b + beta m e.
 */
export interface Smoothing {
  readonly alpha: number;
  readonly beta: number;
  readonly phi: number;
}

export interface State {
  readonly level: number;
  readonly trend: number;
}

export interface Fit {
  /** How likely it is; all together at most 1. */
  readonly weight: number;
  readonly smoothing: Smoothing;
  /** After the last value. */
  readonly state: State;
  /** Relative errors one step ahead, around 0. */
  readonly errors: readonly number[];
}

/** One step ahead, never below zero. */
export const nextOf = ({ level, trend }: State, { phi }: Smoothing): number =>
  Math.max(0, level + phi * trend);

export const advance = (state: State, { alpha, beta, phi }: Smoothing, error: number): State => {
  const mean = nextOf(state, { alpha, beta, phi });
  return {
    level: mean * (1 + alpha * error),
    trend: phi * state.trend + beta * mean * error,
  };
};

const ALPHAS = [0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.9];
/** Of alpha. */
const BETAS = [0, 0.05, 0.1, 0.2, 0.4];
const PHIS = [0.8, 0.9, 0.95, 0.98, 0.995];

/** A value so far off its forecast says that something broke or began, and not how much values vary. */
const ERROR_MAX = 2;

const GRID: readonly Smoothing[] = ALPHAS.flatMap((alpha) =>
  BETAS.flatMap((part) => PHIS.map((phi) => ({ alpha, beta: alpha * part, phi }))),
);

/** What is not likelier than this is left out. */
const WEIGHT_MIN = 0.0005;

/**
 * The smoothings that the values themselves speak for: the likelier, the less it was off, one to four steps ahead. Nobody
 * knows which one is right, and a forecast that took the best for the only one would be too sure of itself.
 */
export const fitsOf = (values: readonly number[]): readonly Fit[] => {
  const start = startOf(values);
  const walked = GRID.map((smoothing) => walk(values, start, smoothing));
  const least = Math.min(...walked.map(({ loss }) => loss));
  // Each loss is of four steps that overlap, so the values count as a quarter as many: likelihood goes with loss^(-n/2).
  const likely = walked.map(({ fit, loss }) => ({
    fit,
    weight: loss === least ? 1 : (least / loss) ** (values.length / (2 * STEPS)),
  }));
  const all = likely.reduce((sum, { weight }) => sum + weight, 0);
  return likely
    .map(({ fit, weight }) => ({ ...fit, weight: weight / all }))
    .filter(({ weight }) => weight >= WEIGHT_MIN);
};

/** A line through the first values. */
const startOf = (values: readonly number[]): State => {
  const first = values.slice(0, Math.max(4, Math.min(12, Math.floor(values.length / 2))));
  const middle = (first.length - 1) / 2;
  const mean = first.reduce((sum, value) => sum + value, 0) / first.length;
  let across = 0;
  let along = 0;
  first.forEach((value, at) => {
    across += (at - middle) * (value - mean);
    along += (at - middle) ** 2;
  });
  const trend = along === 0 ? 0 : across / along;
  const level = mean - (middle + 1) * trend;
  return level > 0 ? { level, trend } : { level: mean, trend: 0 };
};

const STEPS = 4;

const walk = (
  values: readonly number[],
  start: State,
  smoothing: Smoothing,
): { readonly fit: Omit<Fit, 'weight'>; readonly loss: number } => {
  const errors: number[] = [];
  const usual = new UsualError();
  let state = start;
  let loss = 0;
  values.forEach((value, at) => {
    let ahead = state;
    let expected = 0;
    let actual = 0;
    for (let step = 0; step < STEPS && at + step < values.length; step += 1) {
      expected += nextOf(ahead, smoothing);
      ahead = advance(ahead, smoothing, 0);
      actual += values[at + step] ?? 0;
    }
    loss += relative(actual, expected) ** 2;
    const error = relative(value, nextOf(state, smoothing));
    errors.push(error);
    state = advance(state, smoothing, usual.bound(error));
  });
  return { fit: { smoothing, state, errors: centred(errors) }, loss };
};

/**
 * How far off values usually are, so that one that is much further off moves level and trend only so far: a week without
 * use is an outage, two are a new level (Gelper, Fried and Croux, "Robust forecasting with exponential smoothing", 2010).
 */
class UsualError {
  private size = 0;
  private seen = 0;

  bound(error: number): number {
    const limit = this.seen < 6 ? Infinity : 3 * this.size;
    const size = Math.abs(error);
    this.size =
      this.seen === 0
        ? size
        : this.size + 0.15 * (Math.min(size, Math.max(0.02, 2 * this.size)) - this.size);
    this.seen += 1;
    return Math.max(-limit, Math.min(limit, error));
  }
}

const relative = (value: number, expected: number): number =>
  expected <= 0 ? (value > 0 ? ERROR_MAX : 0) : Math.min(ERROR_MAX, value / expected - 1);

/** Around 0, and as wide as errors are that were not fitted: three parameters and a start were. */
const centred = (errors: readonly number[]): readonly number[] => {
  const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
  const wider = Math.sqrt(errors.length / Math.max(1, errors.length - 5));
  return errors.map((error) => (error - mean) * wider);
};
