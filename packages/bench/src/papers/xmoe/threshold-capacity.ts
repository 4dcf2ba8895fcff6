import { outcomeOf } from '../../statistics/outcome.js';
import { metricDifference, percent, rowNamed, say } from '../findings.js';
import type { NamedExperiment } from '../named-experiment.js';
import { bothModes, less } from '../questions.js';
import { languageModel } from '../sizes.js';

const nameOf = (t: number, factor: number) => `t=${t}, γ=${factor}`;
const BASE = nameOf(0.9, 4);

/** Experts of a quarter of the width, four dense layers' worth of them: one layer's compute at γ = 4. */
const rows = (points: readonly (readonly [number, number])[]) =>
  points.map(([t, factor]) => ({
    router: 'threshold',
    options: { threshold: t, capacityFactor: factor, evalCapacityFactor: factor },
    label: nameOf(t, factor),
  }));

/** Sizes stay those of the baseline, whatever the factor: less room is less compute. */
const withSizes = (feedForwardWidth: number, points: readonly (readonly [number, number])[]) =>
  rows(points).map((row) => ({
    ...row,
    experts: { numExperts: 16, expertWidth: feedForwardWidth / 4 },
  }));

/** The paper's claim at half the capacity, then what each of the two knobs does to the mean over the other. */
const questionsOf = (thresholds: readonly number[], factors: readonly number[]) => {
  const at = (ts: readonly number[], gammas: readonly number[]) =>
    ts.flatMap((t) => gammas.map((gamma) => nameOf(t, gamma)));
  return [
    ...bothModes(less(nameOf(0.9, 2), BASE, { name: 'γ = 2 − γ = 4 at t = 0.9', noWorse: true })),
    ...bothModes(
      less(at(thresholds, [1]), at(thresholds, [4]), { name: 'capacity: γ = 1 − γ = 4' }),
    ),
    ...bothModes(
      less(at([0.3], factors), at([0.9], factors), { name: 'threshold: t = 0.3 − t = 0.9' }),
    ),
  ];
};

/** Quality against compute when the threshold or the room in each expert is lowered. */
export const thresholdCapacity: NamedExperiment = {
  name: 'xmoe/threshold-capacity',
  about: {
    question: 'Where does quality hold while the compute of MoE layers falls by more than half?',
    claim:
      'XMoE (2403.18926): compute at MoE layers can fall by over 50% without a loss of quality, with t = 0.9 and half the capacity.',
    decision:
      'Rows whose measured forward FLOPs in MoE layers are below half of those at t = 0.9, γ = 4, with their paired difference in bits per byte.',
  },
  base: { baseline: BASE, routers: [{ router: 'threshold' }] },
  presets: {
    quick: {
      ...languageModel.quick,
      questions: questionsOf([0.9], [4]),
      routers: withSizes(128, [
        [0.9, 4],
        [0.9, 2],
        [0.9, 1],
        [0.3, 4],
      ]),
    },
    large: {
      ...languageModel.large,
      questions: questionsOf([0.9, 0.6, 0.3], [4, 2, 1]),
      routers: withSizes(
        256,
        [0.9, 0.6, 0.3].flatMap((t) => [4, 2, 1].map((factor) => [t, factor] as const)),
      ),
    },
  },
  answer: (results) => {
    const { name, unit, better } = results.manifest.metrics[0]!;
    const base = rowNamed(results, BASE);
    if (!base) return null;
    const whole = base.figures!.flops.evaluation.moe;
    const rows = results.rows.flatMap((row) => {
      if (!row.figures || row === base) return [];
      const saved = 1 - row.figures.flops.evaluation.moe / whole;
      return [{ label: row.label, saved, difference: metricDifference(row, base, name) }];
    });
    const cheap = rows.filter(({ saved }) => saved > 0.5);
    const outcomes = cheap.map(({ difference }) => outcomeOf(difference, better));
    const holds = cheap.filter((_, i) => ['better', 'not distinguishable'].includes(outcomes[i]!));
    const unknown = outcomes.every((outcome) => outcome === 'unknown');
    const list = (some: typeof rows) =>
      some.map(({ label, saved }) => `${label} (${percent(saved)} less)`).join('; ');
    const sentence =
      cheap.length === 0
        ? 'No row computes less than half of the baseline in its MoE layers, so the question stays open.'
        : unknown
          ? `MoE compute falls by more than half at ${list(cheap)}; without an interval, quality cannot be judged.`
          : holds.length === 0
            ? `MoE compute falls by more than half at ${list(cheap.filter((_, i) => outcomes[i] === 'worse'))}, and quality falls with it.`
            : `MoE compute falls by more than half without a distinguishable loss at ${list(holds)}.`;
    const findings = rows.map(
      ({ label, saved, difference }) =>
        `${label}: MoE FLOPs ${percent(saved)} lower, ${say(difference, unit)}`,
    );
    return { sentence, findings };
  },
};
