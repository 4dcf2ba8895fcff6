import type { LinearOptions, Precision } from '../../kernel/linear.js';
import { batchRows, countRows, splitRows, unbatchRows, unpack } from './batches.js';
import type { Algorithm, Estimate, ProductShape } from '../contract/explanation.js';
import { deviceSpeeds, estimateProduct } from './choose-product.js';
import type { OuterProduct } from './native-operations.js';
import { nativeOuter, nativeProduct } from './native-operations.js';
import type { Raw, RawScope } from './raw.js';
import type { PlannedCall } from './planned-call.js';
import { dispatchRaw } from './rows.js';

export interface RowProduct {
  readonly x: Raw; // [S,A], or [S,B] where w is transposed
  readonly w: Raw; // [E,A,B]
  readonly bias?: Raw | undefined; // [E,B]
  readonly transposeW: boolean;
  /** `bf16`: rows, weights and their product rounded. */
  readonly precision?: Precision | undefined;
}

/** TensorFlow's number of bfloat16, which the binding has no name for; it can hand such values on but not read them. */
const BFLOAT16 = 14;

/**
 * out[s] = x[s] w[expert(s)] (+ bias[expert(s)]): [S,A] x [E,A,B] -> [S,B], or with w transposed [S,B] -> [S,A].
 * @param forced an algorithm instead of the planner's choice
 */
export function groupedMatMulRaw(call: PlannedCall, product: RowProduct, forced?: Algorithm): Raw {
  const rounded = product.precision === 'bf16';
  if (call.native && !rounded) return nativeProduct(call, product);
  const y = (rounded ? roundedProduct : composedProduct)(call, product, forced); // [S,B]
  return addBias(call, y, product.bias);
}

/** TensorFlow's own products, since moekit's are float32: [S,B], float32 again. */
function roundedProduct(call: PlannedCall, product: RowProduct, forced?: Algorithm): Raw {
  const { scope } = call;
  const [x, w] = [scope.cast(product.x, BFLOAT16), scope.cast(product.w, BFLOAT16)];
  const y = composedProduct(call, { ...product, x, w }, forced);
  return scope.cast(y, scope.backend.binding.TF_FLOAT);
}

function addBias({ scope, plan, indices }: PlannedCall, y: Raw, bias: Raw | undefined): Raw {
  if (!bias || plan.numRows === 0) return y;
  return scope.one('AddV2', [y, scope.gather(bias, indices.of(plan, 'experts'))]);
}

/** The product without its bias. */
function composedProduct(call: PlannedCall, product: RowProduct, forced?: Algorithm): Raw {
  const { scope, plan } = call;
  const [, a, b] = product.w.shape as [number, number, number];
  const [inner, outer] = product.transposeW ? [b, a] : [a, b];
  if (plan.numRows === 0) return scope.zeros([0, outer]);
  const chosen = choose(call, { kind: 'rows', inner, outer }, forced);
  return chosen.algorithm === 'per-expert'
    ? productsOfExperts(call, product)
    : productOfBatches(call, product, chosen); // [S,B]
}

/** out[e] = x[rows of e]^T y[rows of e]: [S,A] x [S,B] -> [E,A,B]; exactly 0 for experts without rows. */
export function groupedOuterRaw(call: PlannedCall, product: OuterProduct, forced?: Algorithm): Raw {
  if (call.native) return nativeOuter(call, product);
  const { scope, plan } = call;
  const { y } = product;
  const x = product.fromTokens ? dispatchRaw(call, product.x) : product.x;
  const [inner, outer] = [x.shape[1]!, y.shape[1]!];
  if (plan.numRows === 0) return scope.zeros([plan.numExperts, inner, outer]);
  const chosen = choose(call, { kind: 'outer', inner, outer }, forced);
  if (chosen.algorithm === 'per-expert') return outersOfExperts(call, x, y);
  const [left, right] = [batchRows(call, x, chosen), batchRows(call, y, chosen)];
  const parts = left.map((batch, i) => batchMatMul(scope, [batch, right[i]!], [true, false]));
  if (chosen.algorithm === 'batched') return parts[0]!;
  const all = scope.concat([...parts, scope.zeros([1, inner, outer])]);
  return scope.gather(all, classPlaces(call, chosen));
}

/** out[s] = activation(x[s] w[expert(s)] + bias[expert(s)]), x being rows or the tokens they come from: -> [S,B]. */
export function fusedLinearRaw(
  call: PlannedCall,
  product: RowProduct & Pick<LinearOptions, 'fromTokens' | 'activation'>,
  forced?: Algorithm,
): Raw {
  if (call.native && product.precision !== 'bf16') return nativeProduct(call, product);
  const x = product.fromTokens ? dispatchRaw(call, product.x) : product.x;
  const y = groupedMatMulRaw(call, { ...product, x }, forced);
  return product.activation === 'relu' ? call.scope.one('Relu', [y]) : y;
}

function choose(
  { scope, plan }: PlannedCall,
  shape: Omit<ProductShape, 'rowsPerExpert'>,
  forced: Algorithm | undefined,
): Estimate {
  const speed = deviceSpeeds[scope.backend.isUsingGpuDevice ? 'gpu' : 'cpu'];
  const estimates = estimateProduct({ ...shape, rowsPerExpert: countRows(plan) }, speed);
  return estimates.find(({ algorithm }) => algorithm === forced) ?? estimates[0]!;
}

/** One product per expert that has rows, laid end to end. Biases come later: 64 small additions take longer than one. */
function productsOfExperts({ scope, plan }: PlannedCall, { x, w, transposeW }: RowProduct): Raw {
  const counts = countRows(plan);
  const [rows, weights] = [splitRows(scope, x, counts), unpack(scope, w)];
  const busy = [...counts.keys()].filter((e) => counts[e]! > 0);
  return scope.concat(busy.map((e) => matMul(scope, [rows[e]!, weights[e]!], [false, transposeW])));
}

function outersOfExperts({ scope, plan }: PlannedCall, x: Raw, y: Raw): Raw {
  const counts = countRows(plan);
  const [left, right] = [splitRows(scope, x, counts), splitRows(scope, y, counts)];
  const none = counts.includes(0) ? scope.zeros([x.shape[1]!, y.shape[1]!]) : undefined;
  const parts = counts.map((rows, e) =>
    rows === 0 ? none! : matMul(scope, [left[e]!, right[e]!], [true, false]),
  );
  const type = scope.type('T', scope.backend.binding.TF_FLOAT);
  return scope.one('Pack', parts, [scope.int('N', parts.length), type, scope.int('axis', 0)]);
}

function productOfBatches(call: PlannedCall, product: RowProduct, chosen: Estimate): Raw {
  const { scope, plan, indices } = call;
  const { x, w, transposeW } = product;
  const weights = chosen.classes.map(({ experts }, i) =>
    chosen.algorithm === 'batched'
      ? w
      : scope.gather(
          w,
          indices.upload(plan, `class ${i}`, () => Int32Array.from(experts)),
        ),
  );
  const parts = batchRows(call, x, chosen).map((batch, i) =>
    batchMatMul(scope, [batch, weights[i]!], [false, transposeW]),
  );
  return unbatchRows(call, parts, chosen);
}

/** Where each expert's matrix is among the classes' results; the zeros behind them for experts without rows. */
function classPlaces({ plan, indices }: PlannedCall, { classes }: Estimate): Raw {
  return indices.upload(plan, 'classes', () => {
    const order = classes.flatMap(({ experts }) => experts);
    const places = new Int32Array(plan.numExperts).fill(order.length);
    order.forEach((e, i) => (places[e] = i));
    return places;
  });
}

type Pair = readonly [Raw, Raw];
type Transposed = readonly [boolean, boolean];

function matMul(scope: RawScope, inputs: Pair, [a, b]: Transposed): Raw {
  return scope.one('MatMul', inputs, [scope.bool('transpose_a', a), scope.bool('transpose_b', b)]);
}

function batchMatMul(scope: RawScope, inputs: Pair, [a, b]: Transposed): Raw {
  return scope.one('BatchMatMulV2', inputs, [scope.bool('adj_x', a), scope.bool('adj_y', b)]);
}
