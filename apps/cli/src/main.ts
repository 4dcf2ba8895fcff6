import { isSupervised, supervise } from './supervised/supervise.js';

const [, , command, ...rest] = process.argv;

if (rest.includes('--verbose')) process.env['MOEKIT_VERBOSE'] = '1'; // processes of trials say more too

if (command === 'complete') {
  const { complete } = await import('./completion/complete.js');
  await complete(rest[0] ?? '', rest[1] ?? '');
} else if (isSupervised(command)) {
  const entry = new URL('./supervised/main.js', import.meta.url);
  process.exitCode = await supervise(entry, [command, ...rest]);
} else {
  await import('./command.js');
}
process.exit(); // work that a configuration or a plug-in still waits for is not moekit's
