import { AccountProblem, accountErrors } from '@plimsoll/accounts'
import { isConnectorError } from '@plimsoll/connector-kit'
import { ConnectorProblem } from '@plimsoll/connectors'
import { DatabaseProblem, isTransient } from '@plimsoll/database'
import { FileProblem, fileErrors } from '@plimsoll/files'
import { type Refusal, stockErrors } from '@plimsoll/stock'
import { SyncProblem, syncErrors } from '@plimsoll/sync'
import { ZodError } from 'zod'
import { ConfigurationError } from '../configuration.ts'
import { LedgerRefusal } from '../http/problem.ts'
import { ImportProblem } from '../import-problem.ts'
import { ImportRefusal, importErrors } from '../imports/import-errors.ts'
import { ListenProblem } from '../listen.ts'
import { describeRefusal } from '../platform-refusal.ts'
import { RefusalProblem } from '../refusal-problem.ts'

/** What the exit code of every command means; docs/reference/cli.md says the same. */
export const EXIT = {
  ok: 0,
  /** Something failed that the input did not cause. */
  failed: 1,
  /** The command, an option or a file was wrong; nothing was changed. */
  badInput: 2,
  /** The command ran, and what it checked is not as it should be. */
  notGood: 3,
  /** A platform refused or could not be reached. */
  platform: 4,
} as const

export type Output = {
  json: boolean
  /** A line for people; left out with --json. */
  say(line: string): void
  /** What a person must know beside an error that follows; on standard error, also with --json. */
  warn(line: string): void
  /** The result: one JSON object on the last line with --json, else what `toText` makes of it. */
  result<T>(value: T, toText: (value: T) => string): void
}

export function createOutput(options: { json?: boolean | undefined }): Output {
  const json = options.json === true
  return {
    json,
    say: (line) => {
      if (!json) process.stdout.write(`${line}\n`)
    },
    warn: (line) => void process.stderr.write(`plimsoll: ${line}\n`),
    result: (value, toText) => {
      process.stdout.write(`${json ? JSON.stringify(value) : toText(value)}\n`)
    },
  }
}

/** An error in words, with the code of the catalogue and the field where it has them. */
export type Explained = { message: string; exitCode: number; code?: string; field?: string }

/** Any error as one plain sentence with its cure, and the exit code. */
export function explainError(error: unknown): Explained {
  if (
    error instanceof ConfigurationError ||
    error instanceof ImportProblem ||
    error instanceof ConnectorProblem
  ) {
    return { message: error.message, exitCode: EXIT.badInput }
  }
  if (error instanceof SyncProblem) {
    const { code, field } = error
    return { message: `${error.message} ${syncErrors[code].cure}`, exitCode: EXIT.badInput, code, field }
  }
  if (error instanceof AccountProblem) {
    const { code } = error
    const { cure, fault } = accountErrors[code]
    const exitCode = fault === 'passing' ? EXIT.failed : EXIT.badInput
    const field = error.field === undefined ? {} : { field: error.field }
    return { message: `${error.message} ${cure}`, exitCode, code, ...field }
  }
  if (error instanceof RefusedByLedger || error instanceof LedgerRefusal) {
    const { code, field } = error.refusal
    return { message: `${error.message} ${stockErrors[code].cure}`, exitCode: EXIT.badInput, code, field }
  }
  if (error instanceof FileProblem) {
    return { message: `${error.message} ${fileErrors[error.code].cure}`, exitCode: EXIT.badInput }
  }
  if (error instanceof ImportRefusal) {
    return { message: `${error.message} ${importErrors[error.code].cure}`, exitCode: EXIT.badInput }
  }
  if (error instanceof ZodError) {
    const [issue] = error.issues
    return {
      message: `${issue?.path.join('.') ?? 'input'}: ${issue?.message ?? 'is not valid'}.`,
      exitCode: EXIT.badInput,
    }
  }
  if (isConnectorError(error)) return { message: describeRefusal(error), exitCode: EXIT.platform }
  if (error instanceof DatabaseProblem)
    return { message: `${error.message} ${error.cure}`, exitCode: EXIT.failed }
  if (error instanceof ListenProblem) return { message: error.message, exitCode: EXIT.failed }
  if (error instanceof RefusalProblem) {
    const { code, field } = error.refusal
    return { message: error.message, exitCode: EXIT.badInput, code, field }
  }
  if (error instanceof CommandProblem) return { message: error.message, exitCode: error.exitCode }
  if (isTransient(error)) {
    return {
      message: `The database did not answer in time (${messageOf(error)}). Check that it runs, then try again.`,
      exitCode: EXIT.failed,
    }
  }
  return {
    message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    exitCode: EXIT.failed,
  }
}

/** Why a command did not do what it was asked, in one plain sentence with the cure; wrong input unless it says otherwise. */
export class CommandProblem extends Error {
  readonly exitCode: number

  constructor(message: string, exitCode: number = EXIT.badInput) {
    super(message)
    this.name = 'CommandProblem'
    this.exitCode = exitCode
  }
}

/** The ledger refused a command; nothing was changed. */
export class RefusedByLedger extends Error {
  readonly refusal: Refusal

  constructor(refusal: Refusal) {
    super(refusal.message)
    this.name = 'RefusedByLedger'
    this.refusal = refusal
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
