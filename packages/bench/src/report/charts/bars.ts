import { axisX, axisY, barX, gridX, ruleX, text } from '@observablehq/plot';

import { format } from '../format.js';
import { GRID } from './colours.js';
import { draw } from './draw.js';
import type { Markup } from '../markup.js';

/** One bar, in parts. */
export interface Bar {
  readonly label: string;
  readonly parts: readonly {
    readonly name: string;
    readonly colour: string;
    readonly share: number;
  }[];
}

const ROW_HEIGHT = 30;

/** Shares as bars, one a row, parts beside each other; each part of any width says its share. */
export function shareBars(bars: readonly Bar[], x: string, description: string): Markup {
  const pieces = bars.flatMap(({ label, parts }) => {
    let start = 0;
    return parts.map(({ colour, share, name }) => {
      const piece = { label, name, colour, x1: start, x2: start + share };
      start += share;
      return piece;
    });
  });
  const wide = pieces.filter(({ x1, x2 }) => x2 - x1 > 0.045);
  return draw(
    {
      width: 960,
      height: bars.length * ROW_HEIGHT + 64,
      marginLeft: 230,
      marginRight: 24,
      marginTop: 8,
      marginBottom: 44,
      x: { domain: [0, Math.max(1, ...pieces.map(({ x2 }) => x2))] },
      y: { domain: bars.map(({ label }) => label), padding: 0.25 },
      marks: [
        gridX({ stroke: GRID, strokeOpacity: 1 }),
        barX(pieces, { x1: 'x1', x2: 'x2', y: 'label', fill: 'colour' }),
        text(wide, {
          x: ({ x1, x2 }: (typeof pieces)[number]) => (x1 + x2) / 2,
          y: 'label',
          text: ({ x1, x2 }: (typeof pieces)[number]) => format.share(x2 - x1),
          fill: 'var(--on-series)',
          fontWeight: 600,
        }),
        ruleX([0], { stroke: 'currentColor' }),
        axisX({
          label: x,
          tickSize: 0,
          ticks: 6,
          tickFormat: (v: number) => format.share(v),
          labelAnchor: 'right',
        }),
        axisY({ label: null, tickSize: 0, lineWidth: 16, textOverflow: 'ellipsis' }),
      ],
    },
    description,
  );
}
