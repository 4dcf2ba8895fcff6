import { unlearned } from '../results/learned.js';
import type { Results } from '../results/results-schema.js';
import { labelTitle } from './labels.js';
import type { Markup } from './markup.js';
import { markup } from './markup.js';
import { htmlPage } from './page/html-page.js';
import type { Panel } from './page/panel.js';
import { renderPanel } from './page/panel.js';
import { activationsPanel } from './sections/activations.js';
import { rowCards } from './sections/cards.js';
import { balancePanel } from './sections/balance.js';
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
import { specialisationPanel } from './sections/specialisation.js';

/** The page of one run, or of several with a list of contents and their answers at the top. */
export function reportPage(results: Results | readonly Results[]): string {
  const runs = Array.isArray(results) ? (results as readonly Results[]) : [results as Results];
  const title = runs.length === 1 ? labelTitle(runs[0]!) : `${runs.length} runs`;
  const parts = runs.map((run, i) => ({ run, prefix: runs.length > 1 ? `run-${i + 1}-` : '' }));
  return htmlPage(
    title,
    markup`${runs.length > 1 && overview(parts)}
${parts.map(renderRun)}`,
  );
}

interface Part {
  readonly run: Results;
  /** Before every anchor, so that those of several runs differ. */
  readonly prefix: string;
}

function overview(parts: readonly Part[]): Markup {
  const items = parts.map(
    ({ run, prefix }) =>
      markup`<li><a href="#${prefix}top">${labelTitle(run)}</a>${run.answer && `: ${run.answer.sentence}`}</li>`,
  );
  return markup`<h1>${parts.length} runs</h1><ul>${items}</ul>`;
}

function renderRun({ run, prefix }: Part): Markup {
  const panels = panelsOf(run).map((panel) => ({ ...panel, id: prefix + panel.id }));
  const links = panels.map(({ id, title }) => markup`<li><a href="#${id}">${title}</a></li>`);
  const title = labelTitle(run);
  return markup`<div class="run" id="${prefix}top">
${prefix === '' ? markup`<h1>${title}</h1>` : markup`<h2>${title}</h2>`}
<p class="note">${subtitle(run)}</p>
${run.partial && markup`<p class="banner">Stopped early: only the trials that had finished are shown.</p>`}
${learning(run)}
${questionOf(run)}
${rowCards(run)}
<nav aria-label="Contents"><ul>${links}</ul></nav>
${panels.map(renderPanel)}
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
    balancePanel(run),
    specialisationPanel(run),
    flopsPanel(run),
    resultsPanel(run),
    setupPanel(run),
  ];
  return panels.filter((panel) => panel !== undefined);
}

/** Rows that learned nothing come first. */
function learning(run: Results): Markup | undefined {
  const words = unlearned(run);
  if (words.length === 0) return undefined;
  return markup`<p class="banner bad">Some rows learned nothing that could be compared. ${words.join(' ')}</p>`;
}

function questionOf({ manifest, answer }: Results): Markup | undefined {
  const { about } = manifest.experiment;
  if (!about && !answer) return undefined;
  const asked = about
    ? markup`<p class="question">${about.question}</p><p class="note">${about.claim} ${about.decision}</p>`
    : undefined;
  const findings = (answer?.findings ?? []).map((finding) => markup`<li>${finding}</li>`);
  const said = answer
    ? markup`<p class="answer"><strong>${answer.sentence}</strong></p>${findings.length > 0 && markup`<ul>${findings}</ul>`}`
    : undefined;
  return markup`<section aria-label="Question and answer">${asked}${said}</section>`;
}

function subtitle({ manifest }: Results): string {
  const { experiment, data } = manifest;
  const seeds = experiment.seeds.length;
  return `The same model trained for ${experiment.training.steps} steps under each router, ${seeds} ${seeds === 1 ? 'seed' : 'seeds'}. ${data.attribution}`;
}
