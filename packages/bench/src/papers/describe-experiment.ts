import { experimentSchema } from '../spec/config.js';
import { labelOf } from '../spec/label.js';
import { MARGIN } from '../spec/question.js';
import type { Question } from '../spec/question.js';
import type { NamedExperiment, Preset } from './named-experiment.js';
import { presetOf } from './named-experiment.js';
import { LARGE_SECONDS } from './times.js';

/** A preset of an experiment in plain values. */
export interface PresetDescription {
  readonly name: Preset;
  readonly steps: number;
  readonly seeds: number;
  /** Measured on two cores with TensorFlow; null where it was not: quick presets are sized for two minutes. */
  readonly seconds: number | null;
  readonly rows: readonly {
    readonly label: string;
    readonly router: string;
    /** As a command line writes them. */
    readonly options: string;
  }[];
  /** Comparisons that are planned: each has a verdict after the run. */
  readonly questions: readonly {
    readonly name: string;
    /** The figure, and the differences that count as none. */
    readonly decides: string;
  }[];
}

/** An experiment as a list shows it. */
export interface ExperimentDescription {
  readonly name: string;
  readonly question: string;
  /** The paper's statement. */
  readonly claim: string;
  /** The figures that decide the answer. */
  readonly decision: string;
  readonly task: string;
  readonly presets: readonly PresetDescription[];
}

/** The question of an experiment, what its paper says, and what each preset trains. Nothing is loaded. */
export function describeExperiment(experiment: NamedExperiment): ExperimentDescription {
  const { name, about } = experiment;
  const presets = (['quick', 'large'] as const).map((preset) => describePreset(experiment, preset));
  const { question, claim, decision } = about;
  return { name, question, claim, decision, task: presets[0]!.task, presets };
}

function describePreset(
  experiment: NamedExperiment,
  preset: Preset,
): PresetDescription & { readonly task: string } {
  const { task, training, seeds, routers, questions } = experimentSchema.parse(
    presetOf(experiment, preset),
  );
  return {
    name: preset,
    task,
    steps: training.steps,
    seeds: seeds.length,
    seconds: preset === 'large' ? (LARGE_SECONDS[experiment.name] ?? null) : null,
    rows: routers.map((entry) => ({
      label: labelOf(entry),
      router: entry.router,
      options: Object.entries(entry.options)
        .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
        .join('&'),
    })),
    questions: (questions ?? []).map((question) => ({
      name: question.name,
      decides: decisive(question),
    })),
  };
}

/** `bleu, ±0.25`, `the first metric, drop-free, ±0.5%, only whether it is worse` */
function decisive({ figure, minus, dropFree, margin = MARGIN, within, noWorse }: Question): string {
  const parts = [
    [figure ?? 'the first metric', ...(minus === undefined ? [] : [minus])].join(' − '),
    dropFree === true ? 'drop-free' : '',
    within === undefined ? `±${100 * margin}%` : `±${within}`,
    noWorse === true ? 'only whether it is worse' : '',
  ];
  return parts.filter((part) => part !== '').join(', ');
}
