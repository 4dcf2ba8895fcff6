import { createLogUpdate } from 'log-update';

import { printable } from './paint.js';

/** Results. All that reaches a terminal goes through this file, and is made printable here. */
export function print(text: string): void {
  write(process.stdout, text);
}

/** Progress, warnings, errors. */
export function say(text: string): void {
  write(process.stderr, text);
}

/** The same to a stream of one's choice. */
export function write(stream: NodeJS.WritableStream, text: string): void {
  stream.write(printable(text), own);
}

/** Marks what the program itself says: other writes to standard output are foreign; see guard-process.ts. */
export const own = (): void => undefined;

/** The part that is redrawn in place. */
export interface Redrawn {
  (text: string): void;
  clear(): void;
}

/**
 * Text that is redrawn in place. The cursor stays visible: hiding it needs a listener to signals that brings it back, and
 * such a listener ends a process that wants to finish its work first.
 */
export function redraw(stream: NodeJS.WriteStream): Redrawn {
  const draw = createLogUpdate(stream, { showCursor: true });
  return Object.assign((text: string) => draw(printable(text)), { clear: () => draw.clear() });
}
