import { createWriteStream, fstatSync } from 'node:fs';
import { Socket } from 'node:net';
import { isatty, WriteStream } from 'node:tty';

/** The supervisor's standard error, as its process sees it: native code has the usual one, which is filtered. */
export const OWN_STDERR = 4;

/** Makes `process.stderr` write to the supervisor's standard error itself, past the filter: it may be a terminal. */
export function takeOwnStderr(): void {
  if (!isOpen(OWN_STDERR)) return;
  const stream = isatty(OWN_STDERR) ? terminal() : plain();
  Object.defineProperty(process, 'stderr', { get: () => stream, configurable: true });
}

/** Node.js refreshes the sizes of its own streams alone when a window is resized. */
function terminal(): WriteStream {
  const stream = new WriteStream(OWN_STDERR) as WriteStream & { _refreshSize?: () => void };
  process.on('SIGWINCH', () => stream._refreshSize?.());
  return stream;
}

function plain() {
  const stat = fstatSync(OWN_STDERR);
  if (stat.isFIFO() || stat.isSocket())
    return new Socket({ fd: OWN_STDERR, readable: false, writable: true });
  return createWriteStream('', { fd: OWN_STDERR, autoClose: false });
}

function isOpen(fd: number): boolean {
  try {
    fstatSync(fd);
    return true;
  } catch {
    return false;
  }
}
