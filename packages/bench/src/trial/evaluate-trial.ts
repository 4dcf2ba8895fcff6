import { createRouter, summariseRouting } from '@moekit/core';
import type { RoutingStats } from '@moekit/core';
import type { Evaluation, Task } from '@moekit/models';
import { evaluate } from '@moekit/models';

import type { Evaluated } from '../results/trial-schema.js';
import type { ActivationProbe } from './activation-probe.js';
import { flopsPerToken, paddingFlops } from './count-flops.js';
import type { MoEParts } from './moe-factory.js';

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
    })),
  };
  return { evaluation, evaluated };
}

/** The trained model under each other setting of its routers, by label. */
export async function evaluateVariants(
  task: Task,
  { plugin, entry, match, routers }: MoEParts,
  options: EvaluateTrialOptions,
): Promise<Record<string, Evaluated>> {
  const variants: Record<string, Evaluated> = {};
  const { numExperts } = match;
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
