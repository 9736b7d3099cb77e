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
const PHIS = [0.8, 0.9, 0.95, 0.98];

/** A value so far off its forecast says that something broke or began, and not how much values vary. */
const ERROR_MAX = 2;

const GRID: readonly Smoothing[] = ALPHAS.flatMap((alpha) =>
  BETAS.flatMap((part) => PHIS.map((phi) => ({ alpha, beta: alpha * part, phi }))),
);

/** The smoothing that was the least off over the values themselves, one to four steps ahead. */
export const fitOf = (values: readonly number[]): Fit => {
  const start = startOf(values);
  let best: Fit | null = null;
  let least = Infinity;
  for (const smoothing of GRID) {
    const { fit, loss } = walk(values, start, smoothing);
    if (loss >= least) continue;
    least = loss;
    best = fit;
  }
  if (best === null) throw new Error('no smoothing fits values that are no numbers');
  return best;
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
): { readonly fit: Fit; readonly loss: number } => {
  const errors: number[] = [];
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
    state = advance(state, smoothing, error);
  });
  return { fit: { smoothing, state, errors: centred(errors) }, loss };
};

const relative = (value: number, expected: number): number =>
  expected <= 0 ? (value > 0 ? ERROR_MAX : 0) : Math.min(ERROR_MAX, value / expected - 1);

/** Around 0, and as wide as errors are that were not fitted: three parameters and a start were. */
const centred = (errors: readonly number[]): readonly number[] => {
  const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
  const wider = Math.sqrt(errors.length / Math.max(1, errors.length - 5));
  return errors.map((error) => (error - mean) * wider);
};
