import type { Results } from '../results/results-schema.js';
import { escapeHtml } from './escape.js';
import { labelTitle } from './labels.js';
import type { Panel } from './page/panel.js';
import { renderPanel } from './page/panel.js';
import { STYLE } from './page/style.js';
import { activationsPanel } from './sections/activations.js';
import { curvesPanel } from './sections/curves.js';
import { expertsPanel } from './sections/experts.js';
import { flopsPanel } from './sections/flops.js';
import { groupPanels } from './sections/groups.js';
import { loadsPanel } from './sections/loads.js';
import { picturesPanel } from './sections/pictures.js';
import { polarisationPanel } from './sections/polarisation.js';
import { qualityPanels } from './sections/quality.js';
import { resultsPanel } from './sections/results.js';
import { setupPanel } from './sections/setup.js';
import { slotsPanel } from './sections/slots.js';
import { verdicts } from './sections/verdicts.js';

/**
 * Results as one HTML page: no script, no network, light and dark. Several runs come one after another, with a list of
 * contents and their answers at the top.
 */
export async function renderReport(results: Results | readonly Results[]): Promise<string> {
  const runs = Array.isArray(results) ? (results as readonly Results[]) : [results as Results];
  const title = runs.length === 1 ? labelTitle(runs[0]!) : `${runs.length} runs`;
  const parts = runs.map((run, i) => ({ run, prefix: runs.length > 1 ? `run-${i + 1}-` : '' }));
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
<a class="skip" href="#content">To the content</a>
<main id="content">
${runs.length > 1 ? overview(parts) : ''}
${parts.map((part) => renderRun(part)).join('\n')}
</main>
</body>
</html>
`;
}

interface Part {
  readonly run: Results;
  /** Before every anchor, so that those of several runs differ. */
  readonly prefix: string;
}

function overview(parts: readonly Part[]): string {
  const items = parts.map(
    ({ run, prefix }) =>
      `<li><a href="#${prefix}top">${escapeHtml(labelTitle(run))}</a>${run.answer ? `: ${escapeHtml(run.answer.sentence)}` : ''}</li>`,
  );
  return `<h1>${parts.length} runs</h1><ul>${items.join('')}</ul>`;
}

function renderRun({ run, prefix }: Part): string {
  const panels = panelsOf(run).map((panel) => ({ ...panel, id: prefix + panel.id }));
  const links = panels.map(({ id, title }) => `<li><a href="#${id}">${escapeHtml(title)}</a></li>`);
  const heading = prefix === '' ? 'h1' : 'h2';
  return `<div class="run" id="${prefix}top">
<${heading}>${escapeHtml(labelTitle(run))}</${heading}>
<p class="note">${escapeHtml(subtitle(run))}</p>
${run.partial ? '<p class="banner">Stopped early: only the trials that had finished are here.</p>' : ''}
${questionOf(run)}
${verdicts(run)}
<nav aria-label="Contents"><ul>${links.join('')}</ul></nav>
${panels.map(renderPanel).join('\n')}
</div>`;
}

/** In the order in which they answer: the comparison, how it came about, what was run. */
function panelsOf(run: Results): Panel[] {
  const panels = [
    ...qualityPanels(run),
    curvesPanel(run),
    picturesPanel(run),
    ...groupPanels(run),
    polarisationPanel(run),
    activationsPanel(run),
    slotsPanel(run),
    expertsPanel(run),
    loadsPanel(run),
    flopsPanel(run),
    resultsPanel(run),
    setupPanel(run),
  ];
  return panels.filter((panel) => panel !== undefined);
}

function questionOf({ manifest, answer }: Results): string {
  const { about } = manifest.experiment;
  if (!about && !answer) return '';
  const asked = about
    ? `<p class="question">${escapeHtml(about.question)}</p><p class="note">${escapeHtml(about.claim)} ${escapeHtml(about.decision)}</p>`
    : '';
  const findings = (answer?.findings ?? []).map((finding) => `<li>${escapeHtml(finding)}</li>`);
  const said = answer
    ? `<p class="answer"><strong>${escapeHtml(answer.sentence)}</strong></p>${findings.length > 0 ? `<ul>${findings.join('')}</ul>` : ''}`
    : '';
  return `<section aria-label="Question and answer">${asked}${said}</section>`;
}

function subtitle({ manifest }: Results): string {
  const { experiment, data } = manifest;
  const seeds = experiment.seeds.length;
  return `The same model trained for ${experiment.training.steps} steps under each router, ${seeds} ${seeds === 1 ? 'seed' : 'seeds'}. ${data.attribution}`;
}
