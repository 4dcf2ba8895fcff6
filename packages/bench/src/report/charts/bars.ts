import { axisX, axisY, barX, gridX, ruleX, text } from '@observablehq/plot';

import { format } from '../../statistics/format.js';
import { GRID } from './colours.js';
import { fitLabel } from './fit-label.js';
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

const [ROW_HEIGHT, MARGIN_LEFT] = [30, 230];

/** Shares as bars, one per row, parts next to each other; each part of any width says its share. */
export function shareBars(bars: readonly Bar[], x: string, description: string): Markup {
  // by place, since rows may share a label
  const pieces = bars.flatMap(({ parts }, row) => {
    let start = 0;
    return parts.map(({ colour, share, name }) => {
      const piece = { row, name, colour, x1: start, x2: start + share };
      start += share;
      return piece;
    });
  });
  const wide = pieces.filter(({ x1, x2 }) => x2 - x1 > 0.045);
  return draw(
    {
      width: 960,
      height: bars.length * ROW_HEIGHT + 64,
      marginLeft: MARGIN_LEFT,
      marginRight: 24,
      marginTop: 8,
      marginBottom: 44,
      x: { domain: [0, Math.max(1, ...pieces.map(({ x2 }) => x2))] },
      y: { domain: bars.map((_, row) => row), padding: 0.25 },
      marks: [
        gridX({ stroke: GRID, strokeOpacity: 1 }),
        barX(pieces, { x1: 'x1', x2: 'x2', y: 'row', fill: 'colour' }),
        text(wide, {
          x: ({ x1, x2 }: (typeof pieces)[number]) => (x1 + x2) / 2,
          y: 'row',
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
        axisY({
          label: null,
          tickSize: 0,
          tickFormat: (row: number) => fitLabel(bars[row]!.label, MARGIN_LEFT - 10),
        }),
      ],
    },
    description,
  );
}
