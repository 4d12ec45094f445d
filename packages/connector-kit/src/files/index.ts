/** Files as a way to speak to the other side: folders, and the log of what came and went. */
export * from './connection-files.ts'
export * from './file-log.ts'
export * from './folder.ts'
export { createMemoryFileLog, digestOfFile } from './memory-file-log.ts'
export * from './open-folder.ts'
