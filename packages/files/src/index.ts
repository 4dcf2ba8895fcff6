export { assertRegular, assertSame, blocksOf, openRegular, readSmallText } from './foreign-file.js';
export { takeLock } from './take-lock.js';
export type { HeldLock, Lock } from './take-lock.js';
export { userFolder } from './user-folder.js';
export { clearParts, syncFolder, writeAndSync, writeWhole } from './write-whole.js';
