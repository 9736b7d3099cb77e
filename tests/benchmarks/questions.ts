import { performance } from 'node:perf_hooks';
import { quantile, type Figure } from './result.js';

const QUESTIONS_MIN = 5;

/** Asks for `seconds`, one question after the other. `before`: what happens before each, on nobody's time. */
export const askedFor = async (
  side: string,
  seconds: number,
  note: string,
  ask: () => Promise<unknown>,
  before: () => Promise<unknown> = () => Promise.resolve(),
): Promise<Figure> => {
  const took: number[] = [];
  await ask();
  const end = performance.now() + seconds * 1000;
  while (took.length < QUESTIONS_MIN || performance.now() < end) {
    await before();
    const start = performance.now();
    await ask();
    took.push(performance.now() - start);
  }
  const sum = took.reduce((total, each) => total + each, 0);
  return {
    side,
    perSecond: [(took.length * 1000) / sum],
    p50Ms: quantile(took, 0.5),
    p99Ms: quantile(took, 0.99),
    note: `${took.length} questions; ${note}`,
  };
};
