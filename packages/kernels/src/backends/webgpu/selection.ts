import type { TensorInfo } from '@tensorflow/tfjs-core';

import { kernelConfig } from '../../kernel/kernel-config.js';
import type { WebGpuBackend } from './backend.js';
import { rankingCode } from './ranking.js';
import { runStage } from './stage.js';

/** The first k of each row's ranking: an expert is in when fewer than k are ahead of it. */
export const selectTopKKernel = kernelConfig(
  'MoeSelectTopK',
  'webgpu',
  ({ logits }, { k }, backend: WebGpuBackend) =>
    select(backend, logits, {
      name: 'MoeSelectTopK',
      integers: { k },
      code: /* wgsl */ `
      fn decide(first : i32, e : i32) -> bool {
        var rank = 0;
        for (var i = 0; i < uniforms.numExperts; i++) {
          rank += i32(ahead(logits[first + i], i, logits[first + e], e));
        }
        return rank < uniforms.k;
      }`,
    }),
);

/**
 * XMoE's rule: an expert is in while the probability before it is below t; the first always is.
 * Formula:  (1 - t) * before < t * after, before + after = 1: the same rule without the cancellation of 1 - before.
 * Sums run in expert order, so the sums of two ranks compare as their sets do and the experts kept are a prefix of the
 * ranking. The reference decides in float64. Here exp and sums are float32, so the two can differ for a token whose
 * cumulative probability lies within about 1e-6 of t.
 */
export const selectThresholdKernel = kernelConfig(
  'MoeSelectThreshold',
  'webgpu',
  ({ logits }, { threshold }, backend: WebGpuBackend) =>
    select(backend, logits, {
      name: 'MoeSelectThreshold',
      floats: { threshold, above: 1 - threshold, saturated: Number.EPSILON / 2 },
      code: /* wgsl */ `
      fn decide(first : i32, e : i32) -> bool {
        let own = logits[first + e];
        var most = own;
        for (var i = 0; i < uniforms.numExperts; i++) { most = max(most, logits[first + i]); }
        var before = 0.0;
        var after = 0.0; // own probability and that of the experts behind
        for (var i = 0; i < uniforms.numExperts; i++) {
          let z = logits[first + i];
          let p = exp(z - most);
          if (ahead(z, i, own, e)) { before += p; } else { after += p; }
        }
        if (before == 0.0) { return true; }
        return uniforms.above * before < uniforms.threshold * after && after > uniforms.saturated * before;
      }`,
    }),
);

interface Decision {
  readonly name: string;
  readonly integers?: Record<string, number>;
  readonly floats?: Record<string, number>;
  /** `fn decide(first, e)`: whether expert e of the row of logits that starts at `first` is in. */
  readonly code: string;
}

/** One thread for each token and expert: [T,E] logits -> [T,E] of 0/1. */
function select(backend: WebGpuBackend, logits: TensorInfo, decision: Decision): TensorInfo {
  const [tokens, experts] = logits.shape as [number, number];
  return runStage(backend, {
    ...decision,
    inputs: { logits },
    shape: [tokens, experts],
    integers: { ...decision.integers, numExperts: experts },
    over: { work: tokens * experts },
    code: /* wgsl */ `${rankingCode}${decision.code}
    fn main(index : i32) {
      if (index >= uniforms.size) { return; }
      let e = index % uniforms.numExperts;
      result[index] = select(0.0, 1.0, decide(index - e, e));
    }`,
  });
}
