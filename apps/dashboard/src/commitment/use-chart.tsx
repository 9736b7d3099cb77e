import { LineChart } from 'echarts/charts';
import {
  AriaComponent,
  GridComponent,
  MarkLineComponent,
  TooltipComponent,
} from 'echarts/components';
import { use, type EChartsCoreOption } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { useCallback } from 'react';
import type { Money } from '../api/types.js';
import { compact, compactAmount, drawn } from '../format/money.js';
import { Chart, colour, tipOf } from '../parts/chart.js';
import type { Point } from './points.js';

use([LineChart, GridComponent, TooltipComponent, MarkLineComponent, AriaComponent, SVGRenderer]);

interface UseChartProps {
  readonly points: readonly Point[];
  /** The ceiling: what is used beyond it is overage. */
  readonly total: Money;
  readonly asOf: string;
}

export const UseChart = ({ points, total, asOf }: UseChartProps) => {
  const option = useCallback(() => optionOf(points, total, asOf), [points, total, asOf]);
  return (
    <>
      <ul className="legend" aria-hidden="true">
        <li className="applied">Applied</li>
        <li className="planned">Plan</li>
        <li className="expected">Expected, 8 in 10 within the band</li>
        <li className="ceiling">Pledged</li>
      </ul>
      <Chart option={option} />
    </>
  );
};

const MEMBERS = ['applied', 'planned', 'expected'] as const;

const tip = (point: Point | undefined): HTMLElement => {
  if (point === undefined) return tipOf([]);
  const { day, low, high } = point;
  const said = MEMBERS.flatMap((member) => {
    const money = point[member];
    return money === null ? [] : [`${member} ${compact(money)}`];
  });
  const range =
    low !== null && high !== null && low.amount !== high.amount
      ? [`8 in 10: ${compact(low)} to ${compact(high)}`]
      : [];
  return tipOf([day, ...said, ...range]);
};

const optionOf = (points: readonly Point[], total: Money, asOf: string): EChartsCoreOption => {
  const [used, plan, ceiling] = [colour('used'), colour('plan'), colour('ceiling')];
  const [ink, line] = [colour('ink-2'), colour('line')];
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
        tip(points[first?.dataIndex ?? 0]),
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
        areaStyle: { color: colour('band'), opacity: 0.35 },
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
