import type { Continuation } from '@moekit/models';

/** The way a run continues from a checkpoint, in one line: from where, what changed, whether it is as if from the start. */
export function describeContinuation(continuation: Continuation): string {
  const { kind, afterStep, source, changes, exact } = continuation;
  const from = source ? `${source.path} (step ${source.step}, ${source.sha256.slice(0, 12)})` : '';
  const begins = {
    resume: `continues after step ${afterStep}`,
    branch: `branches off ${from}`,
    from: `starts from the weights of ${from}, step 0`,
  }[kind];
  const changed = settingsIn(changes).map(({ path, was, is }) => `${path} ${was} -> ${is}`);
  const parts = [begins, ...(changed.length > 0 ? [changed.join(', ')] : [])];
  if (kind !== 'from') parts.push(exact ? EXACT : INEXACT);
  return parts.join('; ');
}

const EXACT = 'bit for bit as with these settings from the first step';
const INEXACT =
  'not as with these settings from the first step: the steps so far would have been others';

/** The changes that the user made; the name and the hash of data follow from its settings, where those changed. */
function settingsIn(changes: Continuation['changes']) {
  const named = changes.some(({ path }) => path.startsWith('config.data.'));
  return changes
    .filter(({ path }) => !(named && path.startsWith('data.')))
    .map(({ path, was, is }) => ({
      path: path.replace(/^config\./, ''),
      was: shown(path, was),
      is: shown(path, is),
    }));
}

/** The value of a setting that is absent. */
const ABSENT: Readonly<Record<string, string>> = { 'training.schedule': 'cosine' };

function shown(path: string, value: unknown): string {
  if (value === null) return ABSENT[path] ?? 'none';
  return (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 40);
}
