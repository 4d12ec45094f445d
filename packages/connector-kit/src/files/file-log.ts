/**
 * Every file that came from or went to a connection's other side, in the order of coming. It is the one memory of a
 * connector that can ask nothing back: what a warehouse has said is what its files say. Kept before anything else
 * happens with a file (I4), never changed, dropped after `FILE_KEPT_DAYS`.
 */
export type FileLog = {
  /**
   * The same content in the same feed, at the same place in its sequence, is the same file: it is kept once. One without a
   * sequence is the same as the newest of its name, and as one of its name that said its moment (`saidAt`); otherwise it was
   * said anew, and is the newest (5, 4, 5). An outgoing file is known by its name.
   */
  keep(file: NewFile): Promise<{ file: LoggedFile; isNew: boolean }>
  /** Oldest first, by position. */
  list(query: FileQuery): Promise<LoggedFile[]>
  /** @throws NotFound where it is kept no more */
  read(position: number): Promise<Buffer>
  /** An outgoing file is where it is fetched from. Said again it changes nothing. */
  noteDelivered(position: number): Promise<void>
}

export type FileDirection = 'in' | 'out'

export type NewFile = {
  direction: FileDirection
  /** What it is about: `levels`. */
  feed: string
  name: string
  content: Uint8Array
  /**
   * Orders the files of a feed as the other side meant them: the later the larger (as text). Undefined: it does not say,
   * and the order of coming counts.
   */
  sequence: string | undefined
  /** When what it says was true, as far as its name or its folder tells. Undefined: when it came. */
  saidAt: Date | undefined
}

export type LoggedFile = Omit<NewFile, 'content'> & {
  /** Grows with every file of the connection; no two have the same. */
  position: number
  /** SHA-256 of the content, in hexadecimal digits. */
  digest: string
  bytes: number
  keptAt: Date
  /** Outgoing: undefined until it is where the other side fetches it. */
  deliveredAt: Date | undefined
  /** A person has looked at it: what would hold it back does not. */
  isAccepted: boolean
}

export type FileQuery = {
  direction: FileDirection
  feeds?: readonly string[]
  /** By name: outgoing ones are known by it. */
  name?: string
  keptFrom?: Date
}

/** Personal data lives in them; what is older has been worked on, or never will be. */
export const FILE_KEPT_DAYS = 90
