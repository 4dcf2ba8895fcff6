import { isSupervised, supervise } from './supervised/supervise.js';

if (isSupervised(process.argv[2])) {
  const entry = new URL('./supervised/main.js', import.meta.url);
  process.exitCode = await supervise(entry, process.argv.slice(2));
} else {
  await import('./command.js');
}
process.exit(); // what a configuration or a plug-in still waits for is not moekit's work
