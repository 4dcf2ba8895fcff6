import { CustomChart, HeatmapChart, LineChart, ScatterChart } from 'echarts/charts';
import {
  GridComponent,
  MarkLineComponent,
  TitleComponent,
  VisualMapComponent,
} from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

import { themed } from './palette.js';

export type ChartOption = Parameters<ReturnType<typeof init>['setOption']>[0];

export interface ChartSize {
  readonly width: number;
  readonly height: number;
}

/** Draws a chart as an SVG element that scales with its container and follows the page's colours. */
export function renderChart(option: ChartOption, { width, height }: ChartSize): string {
  use([
    CustomChart,
    HeatmapChart,
    LineChart,
    ScatterChart,
    GridComponent,
    MarkLineComponent,
    TitleComponent,
    VisualMapComponent,
    SVGRenderer,
  ]);
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  chart.setOption({ animation: false, ...option });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return themed(scalable(svg, { width, height }));
}

/** Drops the fixed size and the namespace addresses, which inline SVG does not need. */
function scalable(svg: string, { width, height }: ChartSize): string {
  return svg
    .replace(
      /<svg[^>]*>/,
      `<svg viewBox="0 0 ${width} ${height}" role="img" preserveAspectRatio="xMidYMid meet">`,
    )
    .replace(/\sxmlns(:\w+)?="[^"]*"/g, '');
}
