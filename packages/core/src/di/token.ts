import 'reflect-metadata';

import { assertKinds } from '../arguments/assert-kinds.js';

declare const part: unique symbol;

/** Names a part of an application, and carries its type; an ordinary tsyringe token. */
export type Token<Part> = symbol & { readonly [part]?: Part };

/** Makes a token. It comes from the global registry of symbols, so that two copies of a package agree on it. */
export function createToken<Part>(name: string): Token<Part> {
  assertKinds('createToken', { name }, { name: 'text' });
  return Symbol.for(name) as Token<Part>;
}
