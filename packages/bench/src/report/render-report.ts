import type { Results } from '../results/results-schema.js';
import { escapeHtml } from './escape.js';
import { format } from './format.js';
import { loadHeatMaps } from './load-heat-maps.js';
import { lossCurves } from './loss-curves.js';
import { qualityCompute } from './quality-compute.js';
import { resultsTable } from './results-table.js';
import { setup } from './setup.js';
import { STYLE } from './style.js';
import { verdicts } from './verdicts.js';

const HOW_TO_READ = [
  'Every MoE row has the same total expert parameters and aims at the compute of one dense feed-forward layer per token; the measured column says what was really dispatched.',
  'All rows share the model, the data order and the initial weights outside the MoE layers, so differences to the baseline are taken seed by seed.',
  '“Not distinguishable” means that the 95% interval of that paired difference holds zero: with these seeds nobody can tell the two apart.',
  '“Drop-free” evaluates without capacity; the other figures use the capacity that the router was trained with.',
  'A row above the dashed line is worse than the reference on the same data: its training failed.',
];

/** results as one HTML page: no script, no network, light and dark. */
export async function renderReport(results: Results): Promise<string> {
  const { manifest, rows } = results;
  const title = `${rows.length} models on ${manifest.data.name}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="moekit">
<title>moekit: ${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
<p class="note">${escapeHtml(subtitle(results))}${referenceNote(results)}</p>
${results.partial ? '<p class="banner">Stopped early: only the trials that had finished are here.</p>' : ''}
${verdicts(results)}
${section('Quality against compute', `Held-out ${manifest.metrics[0]!.unit} against forward FLOPs per token counted from what was dispatched. Bars: 95% interval over seeds.`, chart(qualityCompute(results)))}
${section('Loss over training', `Held-out ${manifest.metrics[0]!.unit}, mean over seeds.`, chart(lossCurves(results)))}
${section('Load per expert', 'Rows that each expert computed, relative to the mean, from the start of training (top) to its end.', loadHeatMaps(results))}
${section('All figures', 'Mean over seeds ± standard deviation; difference to the baseline ± half of its 95% interval.', resultsTable(results))}
${section('How to read this', '', `<ul>${HOW_TO_READ.map((line) => `<li>${line}</li>`).join('')}</ul>`)}
${section('Setup', '', setup(results))}
</main>
</body>
</html>
`;
}

function referenceNote({ reference, manifest }: Results): string {
  const { name, unit } = manifest.metrics[0]!;
  const level = reference?.metrics[name];
  return level === undefined ? '' : ` ${reference!.name} reference: ${format.bits(level)} ${unit}.`;
}

function subtitle({ manifest }: Results): string {
  const { experiment, data } = manifest;
  const { steps } = experiment.training;
  const seeds = experiment.seeds.length;
  return `The same model trained for ${steps} steps under each router, ${seeds} ${seeds === 1 ? 'seed' : 'seeds'}. ${data.attribution}`;
}

/** Stays readable on a narrow screen: it scrolls instead of shrinking. */
function chart(svg: string): string {
  return `<div class="chart">${svg}</div>`;
}

function section(title: string, note: string, body: string): string {
  return `<section><h2>${title}</h2>${note && `<p class="note">${note}</p>`}${body}</section>`;
}
