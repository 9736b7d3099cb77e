import { LineChart } from 'echarts/charts';
import {
  AriaComponent,
  GridComponent,
  MarkLineComponent,
  TooltipComponent,
} from 'echarts/components';
import { init, use, type EChartsCoreOption } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'react';
import type { Money } from '../api/types.js';
import { compact, compactAmount, drawn } from '../format/money.js';
import { useTheme } from '../state/theme.js';
import type { Point } from './points.js';

use([LineChart, GridComponent, TooltipComponent, MarkLineComponent, AriaComponent, SVGRenderer]);

interface UseChartProps {
  readonly points: readonly Point[];
  /** The ceiling: what is used beyond it is overage. */
  readonly total: Money;
  readonly asOf: string;
}

export const UseChart = ({ points, total, asOf }: UseChartProps) => {
  const place = useRef<HTMLDivElement>(null);
  const theme = useTheme();
  useEffect(() => {
    const { current } = place;
    if (current === null) return;
    const chart = init(current, null, { renderer: 'svg' });
    chart.setOption(optionOf(points, total, asOf, colours()));
    const watch = new ResizeObserver(() => chart.resize());
    watch.observe(current);
    return () => {
      watch.disconnect();
      chart.dispose();
    };
  }, [points, total, asOf, theme]);
  return (
    <>
      <ul className="legend" aria-hidden="true">
        <li className="applied">Applied</li>
        <li className="planned">Plan</li>
        <li className="expected">Expected, 8 in 10 within the band</li>
        <li className="ceiling">Pledged</li>
      </ul>
      <div ref={place} className="chart" />
    </>
  );
};

const colours = () => {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    used: of('used'),
    plan: of('plan'),
    band: of('band'),
    ink: of('ink-2'),
    line: of('line'),
    ceiling: of('ceiling'),
  };
};
type Colours = ReturnType<typeof colours>;

const MEMBERS = ['applied', 'planned', 'expected'] as const;

const tip = (points: readonly Point[], index: number): HTMLElement => {
  const box = document.createElement('div');
  box.className = 'tip';
  const point = points[index];
  const say = (text: string): void => {
    const line = document.createElement('p');
    line.textContent = text;
    box.append(line);
  };
  if (point === undefined) return box;
  say(point.day);
  for (const member of MEMBERS) {
    const money = point[member];
    if (money !== null) say(`${member} ${compact(money)}`);
  }
  if (point.low !== null && point.high !== null && point.low.amount !== point.high.amount)
    say(`8 in 10: ${compact(point.low)} to ${compact(point.high)}`);
  return box;
};

const optionOf = (
  points: readonly Point[],
  total: Money,
  asOf: string,
  { used, plan, band, ink, line, ceiling }: Colours,
): EChartsCoreOption => {
  const series = (
    member: keyof Point & ('applied' | 'planned' | 'expected' | 'low'),
    extra: object,
  ) => ({
    type: 'line',
    name: member,
    symbol: 'none',
    silent: true,
    data: points.map((point) => [point.day, drawn(point[member])]),
    ...extra,
  });
  const between = points.map(({ day, low, high }) => {
    const [from, to] = [drawn(low), drawn(high)];
    return [day, from === null || to === null ? null : to - from];
  });
  const width = { width: 2 };
  return {
    animation: false,
    aria: { enabled: true, label: { description: ariaOf(points, total) } },
    grid: { left: 8, right: 16, top: 16, bottom: 8, containLabel: true },
    tooltip: {
      trigger: 'axis',
      className: 'tip-box',
      confine: true,
      formatter: ([first]: readonly { readonly dataIndex: number }[]) =>
        tip(points, first?.dataIndex ?? 0),
    },
    xAxis: {
      type: 'time',
      axisLabel: { color: ink, hideOverlap: true },
      axisLine: { lineStyle: { color: line } },
      splitLine: { show: false },
    },
    yAxis: {
      type: 'value',
      axisLabel: {
        color: ink,
        formatter: (value: number) => compactAmount(value.toFixed(0)).replace(/\.?0+(?=\s|$)/, ''),
      },
      splitLine: { lineStyle: { color: line } },
    },
    series: [
      series('low', { stack: 'band', lineStyle: { opacity: 0 } }),
      {
        ...{
          type: 'line',
          name: 'band',
          symbol: 'none',
          silent: true,
          stack: 'band',
          data: between,
        },
        lineStyle: { opacity: 0 },
        areaStyle: { color: band, opacity: 0.35 },
      },
      series('planned', { lineStyle: { ...width, color: plan, type: 'dashed' } }),
      series('expected', { lineStyle: { ...width, color: used, type: 'dotted' } }),
      series('applied', {
        lineStyle: { width: 3, color: used },
        areaStyle: { color: used, opacity: 0.08 },
        markLine: {
          ...{ symbol: 'none', silent: true },
          label: { color: ink, formatter: '{b}', position: 'insideEndTop' },
          data: [
            {
              ...{ name: `Pledged ${compact(total)}`, yAxis: drawn(total) },
              lineStyle: { color: ceiling, type: 'solid', width: 1.5 },
            },
            {
              xAxis: asOf,
              label: { show: false },
              lineStyle: { color: ink, type: 'dotted' },
            },
          ],
        },
      }),
    ],
  };
};

const ariaOf = (points: readonly Point[], total: Money): string => {
  const known = points.filter(({ applied }) => applied !== null).at(-1);
  return (
    `Use over time in ${total.currency}: applied up to ${known?.day ?? 'now'} ` +
    `${known?.applied ? compact(known.applied) : 'nothing'} of ${compact(total)}. The table below has every point.`
  );
};
