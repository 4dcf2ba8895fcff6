import { Tensor } from '@tensorflow/tfjs-core';

/** A value in words, for the `got` of an error: a tensor by its type and shape, anything else by its kind. */
export function describeValue(value: unknown): string {
  if (value instanceof Tensor) {
    const form = `${value.dtype} [${(value.shape as number[]).join(', ')}]`;
    return value.isDisposed ? `${form}, which is disposed` : form;
  }
  if (value instanceof Promise) return 'a promise';
  if (typeof value === 'function') return value.name ? `the function ${value.name}` : 'a function';
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'object' || value === null) return String(value);
  const kind = value.constructor?.name ?? 'Object';
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    return `${Array.isArray(value) ? 'an' : 'a'} ${kind} of length ${(value as { length?: number }).length}`;
  }
  const members = Object.keys(value);
  return kind === 'Object' ? `an object with ${members.join(', ') || 'no members'}` : `a ${kind}`;
}

/** True for a tensor, of whatever copy of tfjs, whose memory is still there. */
export function isLiveTensor(value: unknown): value is Tensor {
  return value instanceof Tensor && !value.isDisposed;
}
