/** One AdamW step of one tensor, in numbers. */
export interface AdamWStep {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Learning rate over (1 - beta1^t). */
  readonly stepSize: number;
  /** 1 / (1 - beta2^t). */
  readonly secondCorrection: number;
  /** Factor of the weights before the step: 1 - learningRate * weightDecay. */
  readonly decay: number;
  /** Factor of the gradient before anything else (clipping). */
  readonly gradientScale: number;
}
