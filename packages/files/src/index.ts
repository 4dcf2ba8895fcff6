export { assertRegular, assertSame, blocksOf, openRegular, readSmallText } from './foreign-file.js';
export { holdLock, lockContent } from './lock.js';
export type { HeldLock, LockErrors } from './lock.js';
export { removeEmpty } from './remove-empty.js';
export { syncFile } from './sync-file.js';
export { userFolder } from './user-folder.js';
export { clearParts, syncFolder, writeAndSync, writeWhole } from './write-whole.js';
