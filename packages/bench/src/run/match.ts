import type { RouterPlugin } from '@moekit/core';
import { createRouter } from '@moekit/core';

import { fail } from '../errors.js';

export interface MatchInput {
  readonly modelWidth: number;
  /** F, the width of the dense layer that is matched. */
  readonly feedForwardWidth: number;
  /** m: all experts together have the parameters of m dense layers. */
  readonly expertParameters: number;
  /** Sizes that stand instead of the matched ones. */
  readonly experts?:
    | { readonly numExperts?: number | undefined; readonly expertWidth?: number | undefined }
    | undefined;
}

/** The sizes that give a router the parameters and the expected compute of every other row. */
export interface Match {
  /** N */
  readonly numExperts: number;
  /** d_e */
  readonly expertWidth: number;
  /** k, real experts per token that the router aims at; null when it does not say and 1 was taken. */
  readonly expectedExperts: number | null;
  /** N d_e / F: dense layers' worth of expert parameters. */
  readonly parameterRatio: number;
  /** k d_e / F: dense layers' worth of expected expert compute per token. */
  readonly computeRatio: number;
}

/**
 * Sizes of an MoE layer by k = the router's expected experts per token.
 * Formula:  d_e = F / k,  N = m k   so that  N d_e = m F (parameters)  and  k d_e = F (compute)
 * Rounded to whole numbers; the ratios say what came of it, and of sizes that were given instead.
 * @throws BENCH_MATCH when no whole sizes exist
 */
export function matchSizes(expectedExperts: number | null, input: MatchInput): Match {
  const k = expectedExperts ?? 1;
  const given = input.experts;
  const numExperts = given?.numExperts ?? Math.round(input.expertParameters * k);
  const expertWidth = given?.expertWidth ?? Math.round(input.feedForwardWidth / k);
  if (!(k > 0) || !Number.isFinite(k) || numExperts < 1 || expertWidth < 1) {
    throw fail('BENCH_MATCH', {
      asked: `A router must aim for between ${1 / input.expertParameters} and ${input.feedForwardWidth} experts per token to be matched`,
      got: String(k),
      fix: "Change the router's options, or the experiment's expertParameters and feedForwardWidth.",
    });
  }
  return {
    numExperts,
    expertWidth,
    expectedExperts,
    parameterRatio: (numExperts * expertWidth) / input.feedForwardWidth,
    computeRatio: (k * expertWidth) / input.feedForwardWidth,
  };
}

/** More experts than any router of interest aims at per token. */
const MANY = 64;

/** Asks a router what it aims at, by building one with as many experts as it could have, and sizes its layer. */
export function matchRouter(plugin: RouterPlugin, options: unknown, input: MatchInput): Match {
  const numExperts = input.experts?.numExperts ?? MANY;
  const spec = { modelWidth: input.modelWidth, numExperts, seed: 0 };
  const probe = createRouter(plugin, spec, options);
  const { expertsPerToken } = probe;
  probe.dispose();
  return matchSizes(expertsPerToken ?? null, input);
}
