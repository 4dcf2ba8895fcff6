const GUIDE = 'docs/writing-a-router.md#from-an-empty-file';
const COMPARE = 'See docs/writing-a-router.md#compare-it.';

/**
 * The error of loading a module of a user, and its fix, in words.
 * @param path the module; its line is named where the error has it
 */
export function describeLoadError(cause: unknown, path?: string): { got: string; fix: string } {
  const message = messageOf(cause).trim();
  const missing = /Cannot find (?:module|package) '([^']+)'/.exec(message)?.[1];
  if (missing !== undefined) {
    return {
      got: `an import of ${missing}, which cannot be found`,
      fix: /^[./]/.test(missing)
        ? `Check the path of the import. ${COMPARE}`
        : `Install it next to the plug-in: npm i ${missing}. ${COMPARE}`,
    };
  }
  if (isSyntaxError(cause)) {
    return {
      got: `a syntax error: ${message.replace(/^ParseError: /, '').replace(/\s*\n\s*/g, ' ')}`,
      fix: `Fix the syntax there; ${GUIDE} shows a complete plug-in.`,
    };
  }
  return {
    got: `${THROWN}${lineOf(cause, path)}: ${message.split('\n')[0]}`,
    fix: 'Fix it. A plug-in file should only define and export; its work belongs in create and route.',
  };
}

const THROWN = 'an exception at the top of its module';

const ADDED = 'a module that adds';

/** A module that changed a built-in prototype. */
export function describeAddition(addition: string): { got: string; fix: string } {
  const fix = 'Do not change built-in prototypes: every other module would see the change.';
  return { got: `${ADDED} ${addition}`, fix };
}

/** True if a module ran and failed; false if it does not parse, or an import of it is missing. */
export const didWrong = ({ got = '' }: { readonly got?: string }) =>
  got.startsWith(THROWN) || got.startsWith(ADDED);

/** Any value can be thrown, one that has no text as well. */
export function messageOf(thrown: unknown): string {
  try {
    const message = thrown instanceof Error ? thrown.message : thrown;
    return (typeof message === 'string' ? message : String(message)).slice(0, 4000);
  } catch {
    return 'a value that cannot be shown';
  }
}

function lineOf(cause: unknown, path: string | undefined): string {
  const stack = cause instanceof Error ? String(cause.stack) : '';
  const at = path === undefined ? -1 : stack.indexOf(`${path}:`);
  const line = at < 0 ? undefined : /^\d+/.exec(stack.slice(at + path!.length + 1))?.[0];
  return line === undefined ? '' : `, line ${line}`;
}

function isSyntaxError(cause: unknown): boolean {
  return (
    cause instanceof Error && /SyntaxError|ParseError/.test(`${cause.name} ${messageOf(cause)}`)
  );
}
