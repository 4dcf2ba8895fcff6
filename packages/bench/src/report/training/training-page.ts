import type { TrainingRuns } from '../../training-runs/training-runs.js';
import type { Markup } from '../markup.js';
import { markup } from '../markup.js';
import { partPage } from '../page/layout.js';
import { computePanel, ratePanel } from './compute.js';
import { differencesPanel } from './differences.js';
import { endPanel } from './end.js';
import { lossPanel } from './loss.js';
import { loadPanel, routingPanels } from './routing.js';

/** Training runs on one page: how each ended, their curves on one chart, their routing, the settings that differ. */
export function trainingPage(all: TrainingRuns): string {
  const { runs } = all;
  const panels = [
    endPanel(all),
    lossPanel(runs),
    computePanel(runs),
    ...routingPanels(runs),
    loadPanel(runs),
    ratePanel(runs),
    differencesPanel(all),
  ];
  return partPage({
    id: 'training',
    title: runs.length === 1 ? `Training run ${runs[0]!.label}` : `${runs.length} training runs`,
    subtitle: runs.map(({ label }) => label).join(', '),
    lead: lead(all),
    panels: panels.filter((panel) => panel !== undefined),
  });
}

/** The answer, what stands against it, and what is not whole. */
function lead({ answer, warning, runs }: TrainingRuns): Markup {
  const remarks = runs.flatMap(({ label, remarks: said }) =>
    said.map((words) => markup`<li><strong>${label}</strong>: ${words}</li>`),
  );
  return markup`${answer && markup`<p class="answer">${answer}</p>`}${warning && markup`<p class="banner">${warning}</p>`}${remarks.length > 0 && markup`<ul>${remarks}</ul>`}`;
}
