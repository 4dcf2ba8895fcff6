const GUIDE = 'docs/writing-a-router.md#from-an-empty-file';
const COMPARE = 'See docs/writing-a-router.md#compare-it.';

/** What went wrong while a plug-in's module was loaded, and what mends it. */
export function describeLoadError(cause: unknown): { got: string; fix: string } {
  const message = (cause instanceof Error ? cause.message : String(cause)).trim();
  const missing = /Cannot find (?:module|package) '([^']+)'/.exec(message)?.[1];
  if (missing !== undefined) {
    return {
      got: `an import of ${missing}, which is not there`,
      fix: /^[./]/.test(missing)
        ? `Check the path of the import. ${COMPARE}`
        : `Install it where the plug-in lies: npm i ${missing}. ${COMPARE}`,
    };
  }
  if (isSyntaxError(cause)) {
    return {
      got: `a syntax error: ${message.replace(/^ParseError: /, '').replace(/\s*\n\s*/g, ' ')}`,
      fix: `Mend the syntax at that place; ${GUIDE} has a whole plug-in.`,
    };
  }
  return {
    got: `an exception at the top of its module: ${message.split('\n')[0]}`,
    fix: 'Mend it; a plug-in file should only define and export, and work in create and route.',
  };
}

function isSyntaxError(cause: unknown): boolean {
  return cause instanceof Error && /SyntaxError|ParseError/.test(`${cause.name} ${cause.message}`);
}
