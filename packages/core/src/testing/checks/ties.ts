import type { Rank, ShapeMap, Variable } from '@tensorflow/tfjs-core';
import { fill, tidy } from '@tensorflow/tfjs-core';
import { isMoekitError } from '@moekit/kernels';

import type { Router } from '../../contract/router.js';
import { batchOf } from '../batch.js';
import type { ReadRouting } from '../read-routing.js';
import { routeBatch } from '../read-routing.js';
import type { Subject } from '../subject.js';
import { withRouter } from '../subject.js';
import { ensure } from '../violation.js';

/**
 * Logits that are all equal, but not 0, go to the lower expert, then to the lower token. With weights of 1 and tokens of
 * one 1 the logits are equal to the last bit; one expert more puts the ends of vector units inside a row.
 */
export function checkTies(subject: Subject): void {
  const { spec } = subject;
  for (const numExperts of [spec.numExperts, spec.numExperts + 1]) {
    try {
      withRouter({ ...subject, spec: { ...spec, numExperts } }, (router) => tied(router, subject));
    } catch (error) {
      if (numExperts === spec.numExperts || !isMoekitError(error)) throw error; // sizes it cannot have
    }
  }
}

function tied(router: Router, { spec: { modelWidth: width } }: Subject): void {
  router.variables().forEach((v) => v.trainable && setToOne(v));
  const x = new Float32Array(7 * width);
  for (let t = 0; t < 7; t++) x[t * width] = 1;
  const routed = routeBatch(router, batchOf(x, width), { dropFree: true });
  const [first] = routed.logits;
  if (first === 0 || routed.logits.some((z) => z !== first)) return; // no gate that weights of 1 make equal
  const wrong = router.causal ? gapInRow(routed) : gapInColumn(routed);
  ensure(wrong === undefined, {
    asked: 'Among equal logits the lower expert index must win, then the lower token index',
    got: `${wrong} among logits that are all ${first}`,
    fix: 'Select on the logits with selectTopK or selectThreshold, or on the host in float64: float32 softmax and sigmoid of equal logits may differ.',
  });
}

function setToOne(v: Variable): void {
  tidy(() => v.assign(fill(v.shape as ShapeMap[Rank], 1)));
}

/** A token chose an expert, but not the one before it. */
function gapInRow({ selectionMask, tokens, experts }: ReadRouting): string | undefined {
  for (let t = 0; t < tokens; t++) {
    const row = selectionMask.subarray(t * experts, (t + 1) * experts);
    const e = row.findIndex((m, i) => m === 1 && i > 0 && row[i - 1] === 0);
    if (e > 0) return `token ${t} with expert ${e} and not ${e - 1}`;
  }
  return undefined;
}

/** An expert chose a token, but not the one before it. */
function gapInColumn({ selectionMask, experts }: ReadRouting): string | undefined {
  const at = selectionMask.findIndex(
    (m, i) => m === 1 && i >= experts && selectionMask[i - experts] === 0,
  );
  if (at < 0) return undefined;
  const token = Math.floor(at / experts);
  return `expert ${at % experts} with token ${token} and not ${token - 1}`;
}
