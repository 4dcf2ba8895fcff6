import { text as readText } from 'node:stream/consumers';

import { routedTextPage } from '@moekit/bench';
import { writeWhole } from '@moekit/files';
import { routeText } from '@moekit/models';

import type { RouteFlags } from '../route.js';
import { renderRoutedText } from '../../output/routed-text.js';
import { hasColours, outputColumns, print, say } from '../../output/terminal.js';
import { loadTextRun } from '../../training/load-text-run.js';

/**
 * Shows which experts compute each token of a text, in the terminal and as a page.
 * @returns the exit code      @throws coded errors for bad input
 */
export async function routeWithRun(
  path: string,
  given: string,
  flags: RouteFlags,
): Promise<number> {
  const { checkpoint, run } = await loadTextRun(path, flags);
  try {
    const text = given === '-' ? await readText(process.stdin) : given;
    const routed = await routeText(run, text);
    const router = run.router?.name ?? 'none';
    const about = `Router ${router}, ${run.step} steps, ${checkpoint}`;
    if (flags.out !== undefined) {
      await writeWhole(flags.out, routedTextPage('A routed text', about, routed));
      say(`page ${flags.out}\n`);
    }
    if (flags.json) print(`${JSON.stringify({ checkpoint, router, ...routed }, null, 2)}\n`);
    else if (flags.out === undefined) {
      const { by } = flags;
      const [columns, coloured] = [outputColumns(flags), hasColours(process.stdout)];
      print(renderRoutedText(routed, { by, columns, coloured }));
    }
    return 0;
  } finally {
    run.dispose();
  }
}
