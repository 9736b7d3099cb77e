import { BarChart } from 'echarts/charts';
import {
  AriaComponent,
  GridComponent,
  LegendComponent,
  TooltipComponent,
} from 'echarts/components';
import { use, type EChartsCoreOption } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { useCallback } from 'react';
import { Chart, colour, tipOf } from './chart.js';
import type { Layer } from './layers.js';

use([BarChart, GridComponent, LegendComponent, TooltipComponent, AriaComponent, SVGRenderer]);

export interface StackedBarsProps {
  /** Of the bars, in their order. */
  readonly names: readonly string[];
  readonly layers: readonly Layer[];
  readonly axis: (value: number) => string;
  /** A ladder has its bars from the top down, and the names at their left. */
  readonly isLadder?: boolean;
  /** The whole of each bar, where all are as long. */
  readonly max?: number;
  readonly words: string;
}

/** Bars out of layers, told apart by colour and pattern. */
export const StackedBars = (props: StackedBarsProps) => {
  const { names, layers, axis, isLadder = false, max, words } = props;
  const option = useCallback(
    () => optionOf({ names, layers, axis, isLadder, max, words }),
    [names, layers, axis, isLadder, max, words],
  );
  return <Chart option={option} />;
};

const COLOURS = 7;
const NARROW = 480;
/** Names to a line of the legend where it is narrow, and how tall a line is. */
const [NAMES, LINE] = [1.6, 22];

const optionOf = (asked: Parameters<typeof drawingOf>[0]): EChartsCoreOption => ({
  baseOption: drawingOf(asked),
  media: [
    {
      query: { maxWidth: NARROW },
      option: { grid: { top: LINE * (1 + Math.ceil(asked.layers.length / NAMES)) } },
    },
  ],
});

const drawingOf = ({
  names,
  layers,
  axis,
  isLadder,
  max,
  words,
}: Omit<StackedBarsProps, 'max'> & { readonly max: number | undefined }): EChartsCoreOption => {
  const [ink, line] = [colour('ink-2'), colour('line')];
  const ofNames = {
    type: 'category',
    data: names,
    inverse: isLadder,
    axisLabel: { color: ink, hideOverlap: true },
    axisLine: { lineStyle: { color: line } },
    axisTick: { show: false },
  };
  const ofValues = {
    type: 'value',
    ...(max === undefined ? {} : { max }),
    splitNumber: isLadder ? 3 : 5,
    axisLabel: { color: ink, formatter: axis, hideOverlap: true },
    splitLine: { lineStyle: { color: line } },
  };
  return {
    animation: false,
    color: Array.from({ length: COLOURS }, (_, index) => colour(`layer-${index + 1}`)),
    aria: {
      enabled: true,
      label: { description: words },
      decal: { show: true, decals: decals() },
    },
    grid: { left: 8, right: 20, top: 44, bottom: 8, containLabel: true },
    legend: {
      ...{ type: 'plain', top: 0, left: 0, icon: 'roundRect', selectedMode: false },
      ...{ itemWidth: 20, itemHeight: 12, itemGap: 16 },
      textStyle: { color: ink },
    },
    tooltip: {
      trigger: 'axis',
      axisPointer: { type: 'shadow', shadowStyle: { color: line, opacity: 0.35 } },
      className: 'tip-box',
      confine: true,
      formatter: ([first]: readonly { readonly dataIndex: number }[]) => {
        const index = first?.dataIndex ?? 0;
        const said = layers.map(({ name, words: each }) => `${name} ${each[index] ?? '–'}`);
        return tipOf([names[index] ?? '', ...said]);
      },
    },
    xAxis: isLadder ? ofValues : ofNames,
    yAxis: isLadder ? ofNames : ofValues,
    series: layers.map(({ name, values }) => ({
      ...{ type: 'bar', name, stack: 'all', silent: true, barMaxWidth: isLadder ? 26 : 56 },
      itemStyle: { borderColor: colour('sheet'), borderWidth: 0.5 },
      data: values,
    })),
  };
};

const DEGREE = Math.PI / 180;

/** Plain first, then stripes and dots, thin enough to leave the colours as they are. */
const decals = (): readonly object[] => {
  const pattern = { color: colour('decal') };
  const stripes = (rotation: number, gap: number) => ({
    ...{ ...pattern, symbol: 'rect', rotation: rotation * DEGREE },
    ...{ dashArrayX: [1, 0], dashArrayY: [1.5, gap] },
  });
  return [
    { ...pattern, symbol: 'none' },
    stripes(-45, 6),
    {
      ...{ ...pattern, symbol: 'circle', symbolSize: 0.7 },
      ...{
        dashArrayX: [
          [6, 6],
          [0, 6, 6, 0],
        ],
        dashArrayY: [5, 3],
      },
    },
    stripes(45, 9),
    stripes(0, 5),
    stripes(90, 7),
    stripes(-45, 12),
  ];
};
