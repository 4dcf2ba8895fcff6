import type { Results } from '../results/results-schema.js';

/** What a run is called: its experiment's name, or what was compared on what. */
export function labelTitle({ manifest, rows }: Results): string {
  return manifest.experiment.name ?? `${rows.length} models on ${manifest.data.name}`;
}
