import type { Results } from '../../results/results-schema.js';
import { shareBars } from '../charts/bars.js';
import { partColour } from '../charts/colours.js';
import type { Panel } from '../page/panel.js';
import { legend } from '../page/panel.js';
import { markup } from '../markup.js';

const PARTS = [
  { name: 'computed by a real expert', ...partColour(0) },
  { name: 'dropped by capacity', ...partColour(1) },
  { name: 'null (zero-compute)', ...partColour(2) },
] as const;

/** The use of the slots that routers gave out. */
export function slotsPanel({ rows }: Results): Panel | undefined {
  const shares = rows.flatMap(({ label, figures }) => {
    if (!figures?.match) return [];
    const { nullShare, droppedShare } = figures;
    const real = 1 - nullShare;
    return [{ label, parts: [real * (1 - droppedShare), real * droppedShare, nullShare] as const }];
  });
  if (shares.length === 0) return undefined;
  const bars = shares.map(({ label, parts }) => ({
    label,
    parts: PARTS.map((part, i) => ({ ...part, share: parts[i]! })),
  }));
  return {
    id: 'slots',
    title: 'Computed, dropped, null',
    note: 'Share of the (token, expert) slots that each router gave out in the evaluation, mean over MoE layers and seeds.',
    body: markup`${legend(PARTS, 'square')}${shareBars(bars, 'Shares of the slots that each router gave out')}`,
    table: {
      name: 'slots',
      columns: ['row', ...PARTS.map(({ name }) => name)],
      rows: shares.map(({ label, parts }) => [label, ...parts]),
    },
  };
}
