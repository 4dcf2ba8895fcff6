import type { WebGpuProgram } from './backend.js';

/** The source of a program, without the parts that tfjs's own key covers: names, types and ranks of tensors, workgroups. */
type Source = Pick<WebGpuProgram, 'uniforms' | 'outputComponent' | 'variableComponents'> & {
  readonly code: string;
};

const numbers = new Map<string, number>();

/**
 * The key of a program in tfjs's cache. Two programs of the same name have the same key exactly when they have the same
 * source. Each new source gets the next number: unlike a hash, two sources cannot share it.
 */
export function programKey(name: string, source: Source): string {
  const { uniforms, outputComponent, variableComponents, code } = source;
  const text = [uniforms, outputComponent, variableComponents, code].join('\n');
  const number = numbers.get(text) ?? numbers.size;
  numbers.set(text, number);
  return `${name}_${number}`;
}
