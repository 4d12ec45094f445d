import type { FileLog } from './file-log.ts'
import type { Folder, FolderPlace } from './folder.ts'

/** What a connector that works with files is handed. */
export type ConnectionFiles = {
  log: FileLog
  /** A folder of the other side. Makes no call. */
  open(place: FolderPlace): Folder
}

/** What a message is kept as, where only the connection's settings say what is in it. */
export type ReceivedFile = { feed: string; name: string; content: Uint8Array; sequence: string | undefined }
