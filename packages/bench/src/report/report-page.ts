import { unlearned } from '../results/learned.js';
import type { Results } from '../results/results-schema.js';
import { judge } from '../verdicts/judge.js';
import type { Verdict } from '../verdicts/verdict.js';
import { labelTitle } from './labels.js';
import type { Markup } from './markup.js';
import { markup } from './markup.js';
import type { PagePart } from './page/layout.js';
import { partPage, partsPage } from './page/layout.js';
import type { Panel } from './page/panel.js';
import { activationsPanel } from './sections/activations.js';
import { answerSection, answerWords } from './sections/answer.js';
import { balancePanel } from './sections/balance.js';
import { curvesPanel } from './sections/curves.js';
import { expertsPanel } from './sections/experts.js';
import { flopsPanel } from './sections/flops.js';
import { groupPanels } from './sections/groups.js';
import { loadsPanel } from './sections/loads.js';
import { picturesPanel } from './sections/pictures.js';
import { polarisationPanel } from './sections/polarisation.js';
import { qualityPanels } from './sections/quality.js';
import { furtherForests, rankingPanel } from './sections/ranking.js';
import { resultsPanel } from './sections/results.js';
import { setupPanel } from './sections/setup.js';
import { slotsPanel } from './sections/slots.js';
import { specialisationPanel } from './sections/specialisation.js';
import { textsPanel } from './sections/texts.js';
import { exploratoryPanel, verdictsSection } from './sections/verdicts.js';

/** The page of one run, or of several with their answers at the top. */
export function reportPage(results: Results | readonly Results[]): string {
  const runs = Array.isArray(results) ? (results as readonly Results[]) : [results as Results];
  const parts = runs.map((run, i) => partOf(run, runs.length > 1 ? `run-${i + 1}` : 'run'));
  if (parts.length === 1) return partPage(parts[0]!);
  const items = parts.map(
    ({ id, title }, i) =>
      markup`<li><a href="#${id}">${title}</a>: ${answerWords(runs[i]!).join(' ')}</li>`,
  );
  return partsPage(`${runs.length} runs`, markup`<ul>${items}</ul>`, parts);
}

function partOf(run: Results, id: string): PagePart {
  const verdicts = judge(run);
  return {
    id,
    title: labelTitle(run),
    subtitle: subtitle(run),
    lead: markup`${run.partial && markup`<p class="banner">Stopped early: only the trials that had finished are shown.</p>`}${learning(run)}${verdictsSection(verdicts, id)}${answerSection(run, id)}`,
    panels: panelsOf(run, verdicts),
  };
}

/** In the order in which they answer: the comparison, how it came about, what was run. */
function panelsOf(run: Results, verdicts: readonly Verdict[]): Panel[] {
  const panels = [
    rankingPanel(run),
    ...qualityPanels(run),
    curvesPanel(run),
    picturesPanel(run),
    textsPanel(run),
    ...groupPanels(run),
    polarisationPanel(run),
    activationsPanel(run),
    slotsPanel(run),
    expertsPanel(run),
    loadsPanel(run),
    balancePanel(run),
    specialisationPanel(run),
    flopsPanel(run),
    furtherForests(run),
    exploratoryPanel(verdicts),
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

function subtitle({ manifest }: Results): string {
  const { experiment, data } = manifest;
  const seeds = experiment.seeds.length;
  return `The same model on ${data.name}, trained for ${experiment.training.steps} steps under each router, ${seeds} ${seeds === 1 ? 'seed' : 'seeds'}.`;
}
