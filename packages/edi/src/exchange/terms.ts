import type { FileLog, Folder } from '@plimsoll/connector-kit'
import type { PartnerProfile } from '../profile.ts'

/** Where the exchange lives. Folders are below the root of `folder`; the log is its memory. */
export type ExchangeTerms = {
  profile: PartnerProfile
  folder: Folder
  log: FileLog
  folders: { in: string; out: string; archive: string }
  now(): number
}

/** Of a file that says by itself when it was true. */
export const SAID_NOW = { saidAt: undefined }
