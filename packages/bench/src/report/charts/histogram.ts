import { axisX, axisY, barY, gridY, ruleY } from '@observablehq/plot';

import { format } from '../../statistics/format.js';
import { GRID } from './colours.js';
import { draw } from './draw.js';
import type { Markup } from '../markup.js';

export interface Histogram {
  /** Share of the tokens by number of experts, from 0. */
  readonly shares: readonly number[];
  readonly colour: string;
  readonly x: string;
  readonly description: string;
}

/** How many tokens got how many experts. */
export function histogram({ shares, colour, x, description }: Histogram): Markup {
  const bars = shares.map((share, count) => ({ count, share }));
  return draw(
    {
      width: 340,
      height: 190,
      marginLeft: 48,
      marginRight: 8,
      marginTop: 10,
      marginBottom: 42,
      x: { domain: bars.map(({ count }) => count), padding: 0.15 },
      y: { domain: [0, Math.max(0.01, ...shares)] },
      marks: [
        gridY({ stroke: GRID, strokeOpacity: 1, ticks: 4 }),
        barY(bars, { x: 'count', y: 'share', fill: colour }),
        ruleY([0], { stroke: 'currentColor' }),
        axisX({
          label: x,
          tickSize: 0,
          labelAnchor: 'center',
          labelArrow: 'none',
          ticks: shown(bars.length),
        }),
        axisY({ label: null, tickSize: 0, ticks: 4, tickFormat: (v: number) => format.share(v) }),
      ],
    },
    description,
  );
}

function shown(length: number): number[] {
  const step = Math.ceil(length / 12);
  return Array.from({ length }, (_, i) => i).filter((i) => i % step === 0);
}
