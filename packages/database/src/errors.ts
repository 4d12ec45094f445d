/**
 * The closed set of things that can go wrong with the database itself, each with its cure.
 * Errors of single statements stay what the driver made them; `isTransient` sorts those.
 */
export type ProblemCode = keyof typeof cures

const cures = {
  'disk-full':
    'Free some space on the disk that holds the data folder (or PLIMSOLL_DATA) and start again; nothing acknowledged is lost.',
  'read-only-folder': 'Choose a data folder on a disk that can be written to, with PLIMSOLL_DATA.',
  permission:
    'Give the named user or folder the right that is missing, or choose another data folder with PLIMSOLL_DATA.',
  'not-supported-platform':
    'Install PostgreSQL 15 or newer and name it in DATABASE_URL; the embedded server exists for Linux and macOS on x64 and arm64.',
  'version-too-old':
    'Upgrade that server to PostgreSQL 15 or newer, or leave DATABASE_URL out to use the embedded one.',
  'other-major-version':
    'Start the version of Plimsoll that wrote this folder and make a backup with it, then restore that into an empty data folder.',
  'schema-newer': 'Start that newer version; an older one must not write to this database.',
  'migration-edited':
    'Restore the migration file as it was released and put the change into a new migration.',
  'migration-failed':
    'The migration was rolled back as a whole. Read the cause, put it right and start again.',
  'cannot-start': 'Read the lines of the server log above; the whole log is server.log in the data folder.',
  address:
    'Check host, port and database name in DATABASE_URL, and that the server accepts connections from here.',
} as const

/** A failure of the database that a person must put right. `message` says what, `cure` what to do. */
export class DatabaseProblem extends Error {
  readonly code: ProblemCode
  readonly cure: string

  constructor(code: ProblemCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'DatabaseProblem'
    this.code = code
    this.cure = cures[code]
  }
}

/** All codes with their cures, for the reference page. */
export function listProblems(): { code: ProblemCode; cure: string }[] {
  return Object.entries(cures).map(([code, cure]) => ({ code: code as ProblemCode, cure }))
}

/** The `code` of a system or PostgreSQL error (`ENOSPC`, `40001`), where it has one. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** A failed file operation as a problem; other errors come back unchanged. */
export function fileProblem(error: unknown, doing: string): unknown {
  const code = codeOf(error)
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new DatabaseProblem('disk-full', `The disk is full: ${doing}.`, error)
  if (code === 'EROFS')
    return new DatabaseProblem('read-only-folder', `The disk is read-only: ${doing}.`, error)
  if (code === 'EACCES' || code === 'EPERM') {
    return new DatabaseProblem('permission', `Not permitted: ${doing} (${messageOf(error)}).`, error)
  }
  return error
}
