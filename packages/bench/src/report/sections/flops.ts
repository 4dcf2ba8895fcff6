import type { Results } from '../../results/results-schema.js';
import { shareBars } from '../charts/bars.js';
import { partColour } from '../charts/colours.js';
import type { Panel } from '../page/panel.js';
import { legend } from '../page/panel.js';
import { markup } from '../markup.js';

const PARTS = [
  { key: 'experts', name: 'experts', ...partColour(0) },
  { key: 'router', name: 'router', ...partColour(1) },
  { key: 'attention', name: 'attention', ...partColour(2) },
  { key: 'rest', name: 'rest', ...partColour(3) },
] as const;

/** Where a token's forward FLOPs go, relative to the row that takes most. */
export function flopsPanel({ rows }: Results): Panel | undefined {
  const shown = rows.flatMap(({ label, figures }) => (figures ? [{ label, figures }] : []));
  if (shown.length === 0) return undefined;
  const most = Math.max(...shown.map(({ figures }) => figures.flops.evaluation.total));
  const bars = shown.map(({ label, figures }) => ({
    label,
    parts: PARTS.map(({ key, ...part }) => ({
      ...part,
      share: figures.flops.evaluation[key] / (most || 1),
    })),
  }));
  return {
    id: 'flops',
    title: 'Where the FLOPs go',
    note: 'Forward FLOPs per token as dispatched in the evaluation, relative to the row that takes most. The backward pass takes twice as many. The table also has the FLOPs of padding every expert to its capacity, which no kernel here computes.',
    body: markup`${legend(PARTS, 'square')}${shareBars(bars, 'Forward FLOPs per token, as shares of the largest total')}`,
    table: {
      name: 'flops',
      columns: [
        'row',
        ...PARTS.map(({ name }) => name),
        'total',
        'expected total',
        'padding (not computed)',
        'training total, forward',
        'training total, backward',
      ],
      rows: shown.map(({ label, figures: { flops, paddingFlops, trainingFlops } }) => [
        label,
        ...PARTS.map(({ key }) => flops.evaluation[key]),
        flops.evaluation.total,
        flops.expected.total,
        paddingFlops,
        trainingFlops.forward,
        trainingFlops.backward,
      ]),
    },
  };
}
