import type { WebGpuProgram } from './backend.js';

/** What a program is compiled from beside what tfjs adds to a key: names, types and ranks of its tensors, workgroups. */
type Source = Pick<WebGpuProgram, 'uniforms' | 'outputComponent' | 'variableComponents'> & {
  readonly code: string;
};

const numbers = new Map<string, number>();

/**
 * The key of a program in tfjs's cache. Programs of one name share it exactly where they have the same source: every
 * source gets a number when it first comes, which no two can share as they could a hash.
 */
export function programKey(name: string, source: Source): string {
  const { uniforms, outputComponent, variableComponents, code } = source;
  const text = [uniforms, outputComponent, variableComponents, code].join('\n');
  const number = numbers.get(text) ?? numbers.size;
  numbers.set(text, number);
  return `${name}_${number}`;
}
