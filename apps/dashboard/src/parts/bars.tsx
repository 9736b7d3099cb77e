import { lazy, Suspense } from 'react';
import type { StackedBarsProps } from './stacked-bars.js';

/** Charts are a part of their own: nobody waits for them who reads the numbers. */
const StackedBars = lazy(async () => ({
  default: (await import('./stacked-bars.js')).StackedBars,
}));

export const Bars = (props: StackedBarsProps) => (
  <Suspense fallback={<div className="loading chart" />}>
    <StackedBars {...props} />
  </Suspense>
);
