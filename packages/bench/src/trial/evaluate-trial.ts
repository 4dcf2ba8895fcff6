import { createRouter, labelInformation, summariseRouting, utilisation } from '@moekit/core';
import type { RouterPlugin, RoutingStats } from '@moekit/core';
import type { Evaluation, Task } from '@moekit/models';
import { evaluate } from '@moekit/models';

import type { RouterEntry } from '../spec/config.js';
import type { Evaluated } from '../results/trial-schema.js';
import type { ActivationProbe } from './activation-probe.js';
import { flopsPerToken, paddingFlops } from './count-flops.js';
import type { SwitchableRouter } from './switchable-router.js';

export interface EvaluateTrialOptions {
  readonly batches: number;
  readonly probe?: ActivationProbe | undefined;
}

/** All that is measured of a trained model as its routers stand, with the raw counts behind it. */
export async function evaluateTrial(
  task: Task,
  { batches, probe }: EvaluateTrialOptions,
): Promise<{ readonly evaluation: Evaluation; readonly evaluated: Evaluated }> {
  const evaluation = await evaluate(task, { batches });
  const positive = probe && (await probe.measure(task));
  const evaluated = {
    limited: evaluation.limited,
    dropFree: evaluation.dropFree,
    measured: { ...(await task.measure?.({ dropFree: false })) },
    flops: flopsPerToken(evaluation),
    paddingFlops: paddingFlops(task, evaluation),
    layers: evaluation.layers.map((stats, i) => ({
      ...summariseRouting(stats),
      expertsHistogram: histogram(stats),
      positiveActivations: positive?.[i] ?? null,
      utilisation: utilisation(stats),
      ...labelsOf(evaluation, i),
    })),
    ...(evaluation.labels && { labels: [...evaluation.labels.names] }),
  };
  return { evaluation, evaluated };
}

function labelsOf({ labels }: Evaluation, layer: number) {
  const counts = labels?.layers[layer]?.map((row) => [...row]);
  return counts && { labels: counts, labelInformation: labelInformation(counts) };
}

/** The routers of a trained model that can decide under other options. */
export interface Switchable {
  readonly plugin: RouterPlugin;
  readonly numExperts: number;
  /** One per MoE layer, in depth order. */
  readonly routers: readonly SwitchableRouter[];
}

/** The trained model under each other setting of its routers, by label. */
export async function evaluateVariants(
  task: Task,
  entry: RouterEntry,
  { plugin, numExperts, routers }: Switchable,
  options: EvaluateTrialOptions,
): Promise<Record<string, Evaluated>> {
  const variants: Record<string, Evaluated> = {};
  for (const { label, options: changed } of entry.evaluateAs ?? []) {
    const chosen = { ...entry.options, ...changed };
    routers.forEach((router, i) => {
      const [gate] = task.model.moeLayers[i]!.router.variables();
      const modelWidth = gate?.shape[0] ?? 1;
      router.use(createRouter(plugin, { modelWidth, numExperts, seed: 0 }, chosen));
    });
    variants[label] = (await evaluateTrial(task, options)).evaluated;
  }
  routers.forEach((router) => router.use());
  return variants;
}

/** Share of the tokens by how many experts they reached, up to the most that any did. */
function histogram({ tokensByExperts, tokens }: RoutingStats): number[] {
  const most = tokensByExperts.findLastIndex((count) => count > 0);
  return tokensByExperts.slice(0, most + 1).map((count) => count / Math.max(tokens, 1));
}
