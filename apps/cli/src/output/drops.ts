import type { Results, Row } from '@moekit/bench';
import { format } from '@moekit/bench';

/** Share of the routed choices from which on dropping them shows in a figure of quality. */
export const MUCH = 0.03;

/** Whether capacity drops so much of a row's choices in evaluation that its figure is to be read with the one without. */
export function dropsMuch({ figures }: Row): boolean {
  return figures !== null && figures.droppedShare > MUCH;
}

/** One line that says why a row has a second figure; nothing where none drops much. */
export function dropsRemark({ rows, manifest }: Results): string[] {
  const dropping = rows.filter(dropsMuch);
  if (dropping.length === 0) return [];
  const shares = dropping.map(({ label, figures }) => {
    return `${label} ${format.share(figures!.droppedShare)}`;
  });
  const { unit } = manifest.metrics[0]!;
  return [
    `Without drops: ${unit} of the same model with room for every token. In evaluation an expert that is full drops further choices: ${shares.join(', ')}.`,
  ];
}
