import type { Results } from '../results/results-schema.js';

/** The name of a run: its experiment's name, or what was compared on what. */
export function labelTitle({ manifest, rows }: Results): string {
  return manifest.experiment.name ?? `${rows.length} models on ${manifest.data.name}`;
}
