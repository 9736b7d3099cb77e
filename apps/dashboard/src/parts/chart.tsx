import { init, type EChartsCoreOption } from 'echarts/core';
import { useEffect, useRef } from 'react';
import { useTheme } from '../state/theme.js';

/** The colour of that name in the theme of now. */
export const colour = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

interface ChartProps {
  /** Made anew with each theme, whose colours it takes. The same function: the same picture. */
  readonly option: () => EChartsCoreOption;
  readonly kind?: 'chart' | 'chart low';
}

/** A drawing as wide as its place. */
export const Chart = ({ option, kind = 'chart' }: ChartProps) => {
  const place = useRef<HTMLDivElement>(null);
  const theme = useTheme();
  useEffect(() => {
    const { current } = place;
    if (current === null) return undefined;
    const chart = init(current, null, { renderer: 'svg' });
    chart.setOption(option());
    const watch = new ResizeObserver(() => chart.resize());
    watch.observe(current);
    return () => {
      watch.disconnect();
      chart.dispose();
    };
  }, [option, theme]);
  return <div ref={place} className={kind} />;
};

/** What a pointer over a bar or a day is told, line by line. */
export const tipOf = (lines: readonly string[]): HTMLElement => {
  const box = document.createElement('div');
  box.className = 'tip';
  for (const text of lines) {
    const line = document.createElement('p');
    line.textContent = text;
    box.append(line);
  }
  return box;
};
