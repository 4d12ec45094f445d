import type { FileLog, NewFile } from './file-log.ts'
import type { Folder, FolderPlace } from './folder.ts'

/** What a connector that works with files is handed. */
export type ConnectionFiles = {
  log: FileLog
  /** A folder of the other side. Makes no call. */
  open(place: FolderPlace): Folder
}

/** What a file that is handed over says of itself beside its content: by upload, or out of a folder. */
export const FILE_HEADERS = {
  feed: 'x-file-feed',
  name: 'x-file-name',
  modifiedAt: 'x-file-modified',
} as const

/** What a message is kept as, where only the connection's settings say what is in it. */
export type ReceivedFile = Omit<NewFile, 'direction'>
