import { obeySupervisor } from './supervisor.js';

const tellExitCode = obeySupervisor();
await import('../command.js');
tellExitCode();
process.exit();
