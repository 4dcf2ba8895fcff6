import type { ExperimentInput } from '../spec/config.js';
import type { Results } from '../results/results-schema.js';

export type Preset = 'quick' | 'large';

export interface Answer {
  /** To the experiment's question. */
  readonly sentence: string;
  /** Its sources, one per line. */
  readonly findings: readonly string[];
}

/** The inputs of an answer. */
export type Answerable = Omit<Results, 'answer'>;

type Sections = Pick<ExperimentInput, 'data' | 'model' | 'training'>;

/** A question of a paper as data: what is trained, and how the figures answer it. */
export interface NamedExperiment {
  /** `xmoe/scaling`; part of the results' manifest. */
  readonly name: string;
  readonly about: NonNullable<ExperimentInput['about']>;
  /** The part that both presets share. */
  readonly base: ExperimentInput;
  /** Under two minutes on two cores with wasm, and in minutes with TensorFlow: sections go over those of the base. */
  readonly presets: Readonly<Record<Preset, Sections & Partial<ExperimentInput>>>;
  /** Labels of rows that are not meant to learn the task, and are no worse for it. */
  readonly controls?: readonly string[];
  /** Null where too little finished to say anything. */
  answer(results: Answerable): Answer | null;
}

/** The experiment of a preset, not yet validated. */
export function presetOf({ name, about, base, presets }: NamedExperiment, preset: Preset) {
  const over = presets[preset];
  return {
    ...base,
    ...over,
    name,
    about,
    data: { ...base.data, ...over.data },
    model: { ...base.model, ...over.model },
    training: { ...base.training, ...over.training },
  };
}
