import { isSupervised, supervise } from './supervised/supervise.js';

const [, , command, ...rest] = process.argv;

if (isSupervised(command)) {
  const entry = new URL('./supervised/main.js', import.meta.url);
  process.exitCode = await supervise(entry, [command, ...rest]);
} else {
  await import('./command.js');
}
process.exit(); // work that a configuration or a plug-in still waits for is not moekit's
