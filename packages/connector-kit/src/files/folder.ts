/**
 * A folder that is not ours: on a server by SFTP or FTPS, or on this machine. What its names lead to is the other side's
 * business; nothing here deletes.
 */
export type Folder = {
  /** Files of a folder below the root, by name. @throws NotFound where there is no such folder */
  list(path: string, options?: FolderOptions): Promise<FolderFile[]>
  /** @throws NotFound; Malformed where it is larger than `FILE_BYTES_MAX` */
  read(path: string, options?: FolderOptions): Promise<Buffer>
  /**
   * Whole under its name or not there at all: written beside it under `NAME.tmp` and renamed. Replaces what has the name;
   * folders on the way are made.
   */
  write(path: string, content: Uint8Array, options?: FolderOptions): Promise<void>
  /** Renames, making folders on the way. Never replaces: `taken`. `missing`: there is nothing to rename (any more). */
  move(from: string, to: string, options?: FolderOptions): Promise<'moved' | 'taken' | 'missing'>
  /** Of one file; undefined: it is not there. */
  find(path: string, options?: FolderOptions): Promise<FolderFile | undefined>
  /** How the server proved itself, once it was called: `SHA256:…`. Undefined where it has no key of its own. */
  hostKey(): string | undefined
  /** Opens again at the next call. */
  close(): Promise<void>
}

export type FolderOptions = { signal?: AbortSignal | undefined }

export type FolderFile = { name: string; bytes: number; modifiedAt: Date | undefined }

/** Where a folder is, and what it is opened with. */
export type FolderPlace =
  | {
      kind: 'sftp'
      host: string
      port: number
      user: string
      password: string | undefined
      privateKey: string | undefined
      passphrase: string | undefined
      /** As `ssh-keyscan` and OpenSSH show it (`SHA256:…`); undefined: any key is taken, and `check` warns. */
      hostKey: string | undefined
      root: string
    }
  | {
      kind: 'ftps'
      host: string
      port: number
      user: string
      password: string
      /** TLS from the first byte (port 990), as older servers want it. */
      implicit: boolean
      root: string
      /** Certificates that are trusted beside the known ones (PEM): for tests, and servers that sign for themselves. */
      certificate: string | undefined
    }
  | { kind: 'local'; root: string }

/** Larger ones are read by nobody as one message: a warehouse of a million SKUs says all in less. */
export const FILE_BYTES_MAX = 64 * 1024 * 1024

/** From call to the last byte, for each operation. */
export const FOLDER_TIMEOUT_MS = 60_000

/** `in/levels` and `a.csv` → `in/levels/a.csv`. */
export function joinPath(...parts: readonly string[]): string {
  const joined = parts.filter((part) => part !== '').join('/')
  return joined.replace(/\/{2,}/g, '/')
}

/** The folder that a path is in; empty: the root. */
export function parentOf(path: string): string {
  const at = path.lastIndexOf('/')
  return at <= 0 ? '' : path.slice(0, at)
}

/** Undefined where it is safe below a root; else why not. */
export function pathProblem(path: string): string | undefined {
  if (path.includes('\0') || path.includes('\\')) return 'it holds a backslash or a zero byte'
  if (path.split('/').includes('..')) return '.. leads out of the folder'
  return undefined
}
