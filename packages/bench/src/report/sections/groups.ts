import type { Results, Row } from '../../results/results-schema.js';
import { rowColours } from '../charts/colours.js';
import type { Line } from '../charts/lines.js';
import { DASHES, linesChart } from '../charts/lines.js';
import type { Panel } from '../page/panel.js';
import { markup } from '../markup.js';

/** Figures that a task gives by group of tokens, `KIND.GROUP`, and what they are. */
const KINDS = {
  intensity: 'share of the slots that real experts filled',
  share: "share of all experts' rows",
  zeroCompute: 'share of the tokens without any real expert',
} as const;

/** Per row, the compute of each group of tokens (a modality, patches with and without ink) over training. */
export function groupPanels(results: Results): Panel[] {
  return Object.entries(KINDS).flatMap(([kind, meaning]) => {
    const rows = results.rows.filter(({ trainedAs }) => trainedAs === null);
    const colours = rowColours(results);
    const shown = rows.map((row) => ({ row, lines: linesOf(row, kind, colours.get(row)!) }));
    const drawn = shown.filter(({ lines }) => lines.length > 0);
    if (drawn.length === 0) return [];
    const charts = drawn.map(
      ({ row, lines }) =>
        markup`<h3>${row.label}</h3>${linesChart({
          lines,
          x: 'training step',
          y: meaning,
          share: true,
          description: `${meaning}, by group of tokens, for ${row.label}; the table below has the numbers.`,
        })}`,
    );
    return [
      {
        id: `groups-${kind}`,
        title: `By kind of token: ${meaning}`,
        note: 'On training batches, mean over seeds. The router never sees these groups; they are used only for these figures.',
        body: markup`${charts}`,
        table: {
          name: `groups-${kind}`,
          columns: ['row', 'group', 'step', meaning],
          rows: drawn.flatMap(({ row, lines }) =>
            lines.flatMap(({ label, points }) =>
              points.map(([step, y]) => [row.label, label, step, y]),
            ),
          ),
        },
      },
    ];
  });
}

function linesOf({ trials }: Row, kind: string, colour: string): Line[] {
  const parts = trials[0]?.trainingCurve ?? [];
  const names = Object.keys(parts[0]?.metrics ?? {}).filter(
    (name) => name.startsWith(`${kind}.`) && name.split('.').length === 2,
  );
  return names.map((name, i) => ({
    label: name.slice(kind.length + 1),
    colour,
    dash: DASHES[i % DASHES.length]!,
    points: parts.map(({ step }, part) => {
      const values = trials.flatMap(
        ({ trainingCurve }) => trainingCurve[part]?.metrics[name] ?? [],
      );
      return [step, values.reduce((sum, v) => sum + v, 0) / Math.max(values.length, 1)] as const;
    }),
  }));
}
