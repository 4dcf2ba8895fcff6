import { createRouterPackage } from './create-router-package.js';
import { CreateError } from './errors.js';
import { nextSteps } from './next-steps.js';

/** Exit code of bad input, as everywhere in moekit. */
const BAD_INPUT = 2;

/**
 * Runs `npm create moekit NAME`.
 * @param args the arguments alone     @returns the exit code: bad input gives 2 and one line on stderr
 */
export async function runCreate(args: readonly string[], cwd = process.cwd()): Promise<number> {
  try {
    process.stdout.write(nextSteps(await createRouterPackage(nameIn(args), cwd)));
    return 0;
  } catch (error) {
    if (!(error instanceof CreateError)) throw error;
    process.stderr.write(`error ${error.code}: ${error.message.replace(/\s*\n\s*/g, ' ')}\n`);
    return BAD_INPUT;
  }
}

function nameIn(args: readonly string[]): string {
  const [name, ...rest] = args;
  if (name !== undefined && rest.length === 0 && !name.startsWith('-')) return name;
  throw new CreateError('CREATE_USAGE', {
    asked: 'npm create moekit needs exactly one argument, the name of the new package',
    got: args.length === 0 ? 'none' : args.join(' '),
    fix: 'For example: npm create moekit@latest my-router',
  });
}
