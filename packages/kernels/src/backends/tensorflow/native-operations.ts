import type { Raw } from './raw.js';
import type { PlannedCall } from './planned-call.js';

/** As `native/tile.h` numbers the activations. */
const [NONE, RELU] = [0, 1] as const;

export interface NativeProduct {
  readonly x: Raw; // [S,A], or the tokens [T,A]
  readonly w: Raw; // [E,A,B]
  readonly bias?: Raw | undefined; // [E,B]
  /** Rows of x are read where the plan says. */
  readonly fromTokens?: boolean | undefined;
  readonly transposeW?: boolean;
  readonly activation?: 'relu' | undefined;
}

/** out[s] = act(x[s] w[expert(s)] + bias[expert(s)]): one pass, no copy of a row or a weight that outlives a tile. */
export function nativeProduct(
  { scope, plan, indices }: PlannedCall,
  { x, w, bias, fromTokens = false, transposeW = false, activation }: NativeProduct,
): Raw {
  const rows = fromTokens ? indices.of(plan, 'tokens') : indices.none();
  const inputs = [x, w, bias ?? indices.noValues(), rows, indices.of(plan, 'expertOffsets')];
  return scope.one('MoekitGroupedProduct', inputs, [
    scope.bool('transposed', transposeW),
    scope.int('activation', activation === 'relu' ? RELU : NONE),
  ]);
}

export interface OuterProduct {
  readonly x: Raw; // [S,A], or the tokens [T,A]
  readonly y: Raw; // [S,B]
  readonly fromTokens?: boolean | undefined;
}

/** out[e] = x[rows of e]^T y[rows of e]. */
export function nativeOuter(
  { scope, plan, indices }: PlannedCall,
  { x, y, fromTokens = false }: OuterProduct,
): Raw {
  const rows = fromTokens ? indices.of(plan, 'tokens') : indices.none();
  return scope.one('MoekitGroupedOuter', [x, y, rows, indices.of(plan, 'expertOffsets')]);
}

/** out[t] = sum of weights[t, expert(s)] y[s], or of y[s] alone. */
export function nativeCombine(call: PlannedCall, y: Raw, weights?: Raw): Raw {
  const { scope, indices } = call;
  const inputs = [y, weights ?? indices.noValues(), ...byToken(call, weights !== undefined)];
  return scope.one('MoekitCombine', inputs);
}

/** out[s] = weights[token(s), expert(s)] d[token(s)]. */
export function nativeSpread(call: PlannedCall, d: Raw, weights: Raw): Raw {
  return call.scope.one('MoekitSpread', [d, weights, ...byToken(call, true)]);
}

/** out[t, expert(s)] = <y[s], d[t]>. */
export function nativePairDots(call: PlannedCall, y: Raw, d: Raw): Raw {
  const { scope, plan } = call;
  const experts = scope.int('num_experts', plan.numExperts);
  return scope.one('MoekitPairDots', [y, d, ...byToken(call, true)], [experts]);
}

/** out[e] = sum of y[s]. */
export function nativeExpertSum({ scope, plan, indices }: PlannedCall, y: Raw): Raw {
  return scope.one('MoekitExpertSum', [y, indices.of(plan, 'expertOffsets')]);
}

function byToken({ plan, indices }: PlannedCall, weighted: boolean): Raw[] {
  const experts = weighted ? indices.of(plan, 'experts') : indices.none();
  return [indices.of(plan, 'tokenOffsets'), indices.of(plan, 'tokenRows'), experts];
}
