import fc from 'fast-check';

import { byteEdit } from './byte-edits.js';
import { jsonEdit, writeRaw } from './json-edits.js';

/** How an input of a target is changed: its bytes, or the JSON in it. */
export type Form = 'bytes' | 'json';

/** Inputs of a target, each one of its seeds after some changes. */
export function mutated(seeds: readonly Buffer[], form: Form): fc.Arbitrary<Buffer> {
  const seed = fc.constantFrom(...seeds);
  const bytes = fc
    .tuple(seed, fc.array(byteEdit(seeds), { minLength: 1, maxLength: 4 }))
    .map(([start, edits]) => edits.reduce((at, edit) => edit(at), start));
  if (form === 'bytes') return bytes;
  const json = fc
    .tuple(seed, fc.array(jsonEdit, { minLength: 1, maxLength: 3 }))
    .map(([start, edits]) =>
      writeRaw(edits.reduce<unknown>((at, edit) => edit(at), JSON.parse(start.toString()))),
    );
  return fc.oneof({ weight: 4, arbitrary: json }, { weight: 1, arbitrary: bytes });
}
