import { GRID, INK, MUTED } from './palette.js';

export const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif';

/** An axis of numbers with its name in the middle. */
export function valueAxis(name: string, nameGap: number) {
  return {
    type: 'value' as const,
    scale: true,
    name,
    nameLocation: 'middle' as const,
    nameGap,
    nameTextStyle: { color: INK, fontFamily: FONT, fontSize: 13 },
    axisLabel: { color: MUTED, fontFamily: FONT, fontSize: 12 },
    axisLine: { show: true, lineStyle: { color: GRID } },
    axisTick: { show: false },
    splitLine: { lineStyle: { color: GRID } },
  };
}

/** A dashed line across the chart at a value, with its name. */
export function referenceLine(value: number, name: string) {
  return {
    silent: true,
    symbol: 'none',
    lineStyle: { color: MUTED, type: 'dashed' as const, width: 1.5 },
    label: {
      formatter: name,
      position: 'insideEndTop' as const,
      color: MUTED,
      fontFamily: FONT,
      fontSize: 12,
    },
    data: [{ yAxis: value }],
  };
}
