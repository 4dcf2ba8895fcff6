import { takeOwnStderr } from './own-stderr.js';
import { obeySupervisor } from './supervisor.js';

const tellExitCode = await obeySupervisor();
takeOwnStderr();
await import('../command.js');
tellExitCode();
process.exit();
