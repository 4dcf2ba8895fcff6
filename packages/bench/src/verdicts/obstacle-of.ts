import { namedExperiments } from '../papers/all.js';
import { isControlOf } from '../papers/answers.js';
import type { Answerable } from '../papers/named-experiment.js';
import { isControl } from '../results/control.js';
import { divergedSeeds } from '../results/learned.js';
import type { Family } from './family.js';

/** A seed that diverged has no figure, and leaving it out would favour its row; a row that learned nothing says nothing. */
export function obstacleOf({ manifest }: Answerable, { rows, weights }: Family): string | null {
  const asked = rows.filter((_, i) => weights[i] !== 0);
  const lost = asked.filter((row) => divergedSeeds(row, manifest.metrics).length > 0);
  const named = lost.map(
    (row) => `${row.label} (seed ${divergedSeeds(row, manifest.metrics).join(', ')})`,
  );
  if (named.length > 0) return `diverged: ${named.join('; ')}`;
  const experiment = namedExperiments().find(({ name }) => name === manifest.experiment.name);
  const idle = asked.filter(
    (row) =>
      row.figures?.beatsReference === false &&
      !isControl(row) &&
      !(experiment && isControlOf(experiment, row)),
  );
  return idle.length > 0 ? `learned nothing: ${idle.map(({ label }) => label).join('; ')}` : null;
}
