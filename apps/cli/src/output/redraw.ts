import { createLogUpdate } from 'log-update';

/**
 * Text that is redrawn in place. The cursor stays visible: hiding it needs a listener to signals that brings it back, and
 * such a listener ends a process that wants to finish its work first.
 */
export function redraw(stream: NodeJS.WriteStream): ReturnType<typeof createLogUpdate> {
  return createLogUpdate(stream, { showCursor: true });
}
