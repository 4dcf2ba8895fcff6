import type { Rank, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { add, max, mul, sub, tensor1d, tidy } from '@tensorflow/tfjs-core';

import { stopGradient } from '@moekit/kernels';

import { assertNumber, assertObject, assertTensor } from '../arguments/assert-arguments.js';
import { parameter } from '../contract/parameter.js';
import type { RouteContext } from '../contract/router.js';
import type { Routing } from '../contract/routing.js';
import { countTokens } from '../routing/token-mask.js';
import { exactCuts } from './exact-cuts.js';
import { binCounts, binRange, cutsOfBins } from './histogram-cuts.js';
import type { SelectionBias } from './sign-bias.js';

export interface QuantileRule {
  /** Experts per token. */
  readonly k: number;
  /** Share of the old bias that a step keeps, in [0, 1): an exponential mean. 0 keeps nothing. */
  readonly decay: number;
  /** Bins of each expert's histogram, at most 100,000; 0 sorts the tokens of each micro-batch instead. */
  readonly bins: number;
}

export interface QuantileBias extends SelectionBias {
  /**
   * The figures of a batch that afterStep needs: none at evaluation, or where every expert is chosen anyway.
   * @param scores float32 [T,E] without the bias, as they were ranked
   * @param chosen float32 [T,E] of 0/1, the k highest of scores + bias; padding may be left out
   */
  statistics(
    scores: Tensor2D,
    chosen: Tensor2D,
    context: RouteContext,
  ): Pick<Routing, 'statistics'>;
}

/**
 * A selection bias that would have balanced the batch it was computed from; the next batch uses it.
 * Formula:  alpha_t the (k+1)-th highest of s_t + b;  r_te = alpha_t - s_te, the bias that e needs to be chosen by t
 *   b'_e = the k/E quantile of r_:e over the tokens;  b = decay b + (1 - decay)(b' - mean b')
 *   (quantile balancing: kexue.fm 11619; Kimi K3, 2607.24653 eq. 13 and 14, as in Megatron-LM#6637)
 * `bins: 0` puts the cut midway between the two tokens that it parts, for on either of them it would be a tie. The cuts of
 * micro-batches are averaged; histograms over [min b - 1, max b + 1] add up exactly.      Gradient: none.
 */
export function createQuantileBias(numExperts: number, rule: QuantileRule): QuantileBias {
  assertRule(numExperts, rule);
  const { k, decay, bins } = rule;
  const bias = parameter<Rank.R1>(new Float32Array(numExperts), [numExperts], false);
  const offsets = () => stopGradient<Tensor1D>(bias);
  return {
    offsets,
    statistics: (scores, chosen, { training, tokenMask }) => {
      assertTensor('scores of a quantile bias', scores, ['T', numExperts]);
      assertTensor('chosen of a quantile bias', chosen, scores.shape);
      if (!training || k >= numExperts) return {};
      const needed = requiredBias(scores, offsets(), chosen); // [T,E]
      if (bins === 0) {
        const tokens = countTokens(scores.shape[0], tokenMask);
        const wanted = Math.min(tokens, Math.max(1, Math.round((tokens * k) / numExperts)));
        const cuts = exactCuts(needed, { wanted, tokens, tokenMask });
        return { statistics: { cuts: { values: cuts, over: 'mean' } } };
      }
      const range = binRange(offsets());
      const counts = binCounts(needed, range, bins, tokenMask);
      return {
        statistics: {
          counts: { values: counts, over: 'sum' },
          range: { values: range, over: 'mean' },
        },
      };
    },
    afterStep: ({ tokens }, { cuts, counts, range }) => {
      const found = counts && range ? cutsOfBins(counts, range, k / numExperts) : cuts;
      if (found === undefined || tokens === 0) return;
      const mean = found.reduce((total, cut) => total + cut, 0) / numExperts;
      tidy(() => {
        const centred = tensor1d(found.map((cut) => cut - mean));
        bias.assign(add<Tensor1D>(mul(bias, decay), mul(centred, 1 - decay)));
      });
    },
    variables: () => [bias],
    dispose: () => bias.dispose(),
  };
}

/** Above every score. */
const CHOSEN = 1e30;

/** r = alpha - s, a constant, alpha the highest s + b of the experts that were not chosen. [T,E] */
function requiredBias(scores: Tensor2D, bias: Tensor1D, chosen: Tensor2D): Tensor2D {
  return tidy(() => {
    const s: Tensor2D = stopGradient(scores);
    const left = sub(add(s, bias), mul(chosen, CHOSEN));
    return sub(max(left, 1, true), s);
  });
}

function assertRule(numExperts: number, rule: QuantileRule): void {
  assertNumber('numExperts of a quantile bias', numExperts, { min: 1, whole: true });
  assertObject('createQuantileBias', rule, ['k', 'decay', 'bins']);
  assertNumber('k of a quantile bias', rule.k, { min: 1, max: numExperts, whole: true });
  assertNumber('decay of a quantile bias', rule.decay, { min: 0, max: 1 });
  assertNumber('bins of a quantile bias', rule.bins, { min: 0, max: 100_000, whole: true });
}
