import { obeySupervisor } from './supervisor.js';

obeySupervisor();
await import('../command.js');
