import { AccountProblem, accountErrors } from '@plimsoll/accounts'
import type { Problem } from '@plimsoll/client'
import { isConnectorError } from '@plimsoll/connector-kit'
import { codeOf, DatabaseProblem, isTransient, UNEXPECTED } from '@plimsoll/database'
import { FileProblem, fileErrors } from '@plimsoll/files'
import { type Refusal, stockErrors } from '@plimsoll/stock'
import { SyncProblem, syncErrors } from '@plimsoll/sync'
import { ZodError } from 'zod'
import { ImportProblem } from '../import-problem.ts'
import { ImportRefusal, importErrors } from '../imports/import-errors.ts'
import { describeRefusal } from '../platform-refusal.ts'
import { RefusalProblem } from '../refusal-problem.ts'

/** Refusals of the API itself. A test holds all catalogues equal to docs/reference/errors.md. */
export const apiErrors = {
  'invalid-request': { status: 422, fault: 'yours', cure: 'Correct the field named.' },
  'malformed-body': {
    status: 400,
    fault: 'yours',
    cure: 'Send one JSON object with Content-Type: application/json.',
  },
  'idempotency-key-missing': {
    status: 400,
    fault: 'yours',
    cure: 'Send an Idempotency-Key header, fresh for each command and the same for each retry of it.',
  },
  'version-missing': {
    status: 428,
    fault: 'yours',
    cure: 'Read it, and send the ETag of the answer as If-Match; * means whichever is there.',
  },
  'bad-signature': {
    status: 401,
    fault: 'yours',
    cure: 'Check that the secret entered in the hub is the one the platform signs with.',
  },
  'not-found': { status: 404, fault: 'yours', cure: 'Check the address; the reference lists every route.' },
  'foreign-origin': {
    status: 403,
    fault: 'yours',
    cure: 'Set the hub up at /setup; until it has accounts it serves its own machine alone, under 127.0.0.1 or localhost.',
  },
  'unknown-view': { status: 404, fault: 'yours', cure: 'Use the id of a view that is listed.' },
  'too-many-views': { status: 409, fault: 'yours', cure: 'Delete views that nobody uses, then save it.' },
  'unknown-change': { status: 404, fault: 'yours', cure: 'Use the id of a change that is listed.' },
  'not-undoable': { status: 409, fault: 'yours', cure: 'Do what the message says in its place.' },
  'changed-since': {
    status: 409,
    fault: 'yours',
    cure: 'Undo what came after it first, or set what you want anew.',
  },
  'undo-refused': {
    status: 409,
    fault: 'yours',
    cure: 'The rules that guard the setting refuse its former value now; do what they say first.',
  },
  'platform-refused': { status: 422, fault: 'yours', cure: 'Do what the platform asks, then try again.' },
  'platform-unavailable': { status: 502, fault: 'passing', cure: 'Try again in a moment.' },
  unverifiable: {
    status: 503,
    fault: 'passing',
    cure: 'Call again in a moment; nothing was stored.',
  },
  'not-ready': {
    status: 503,
    fault: 'passing',
    cure: 'Wait until the database answers; the hub connects again by itself.',
  },
  'too-large': { status: 413, fault: 'yours', cure: 'Send less at once.' },
  busy: { status: 503, fault: 'passing', cure: 'Try again in a moment; nothing was changed.' },
  internal: { status: 500, fault: 'ours', cure: 'Try again; if it stays so, report it with the time.' },
} as const satisfies Record<
  string,
  { status: number; fault: 'ours' | 'yours' | 'theirs' | 'passing'; cure: string }
>

export type ApiErrorCode = keyof typeof apiErrors

/** A refusal of the API, thrown by a route. */
export class ApiProblem extends Error {
  readonly code: ApiErrorCode
  readonly field: string | undefined

  constructor(code: ApiErrorCode, message: string, field?: string) {
    super(message)
    this.name = 'ApiProblem'
    this.code = code
    this.field = field
  }
}

/** A refusal of the ledger on its way to the client. */
export class LedgerRefusal extends Error {
  readonly refusal: Refusal

  constructor(refusal: Refusal) {
    super(refusal.message)
    this.name = 'LedgerRefusal'
    this.refusal = refusal
  }
}

/** Any error as problem+json (RFC 9457): a stable code, what went wrong, and the cure. */
export function toProblem(error: unknown): Problem {
  if (error instanceof ApiProblem)
    return problemOf(apiErrors[error.code], error.code, error.message, error.field)
  if (error instanceof LedgerRefusal) return refusalToProblem(error.refusal)
  if (error instanceof AccountProblem)
    return problemOf(accountErrors[error.code], error.code, error.message, error.field)
  if (error instanceof SyncProblem)
    return problemOf(syncErrors[error.code], error.code, error.message, error.field)
  if (error instanceof RefusalProblem) return refusalToProblem(error.refusal)
  if (error instanceof ZodError) {
    const [issue] = error.issues
    const field = issue?.path.join('.') ?? ''
    const place = field === '' ? 'The request' : field
    return problemOf(
      apiErrors['invalid-request'],
      'invalid-request',
      `${place}: ${issue?.message ?? 'is not valid'}.`,
      field,
    )
  }
  if (error instanceof ImportProblem) {
    return problemOf(apiErrors['invalid-request'], 'invalid-request', error.message, error.field)
  }
  if (error instanceof FileProblem) return problemOf(fileErrors[error.code], error.code, error.message)
  if (error instanceof ImportRefusal) return problemOf(importErrors[error.code], error.code, error.message)
  if (isConnectorError(error)) {
    const passing = error.fault === 'passing' || error.fault === 'theirs'
    const code = passing ? 'platform-unavailable' : 'platform-refused'
    return { ...problemOf(apiErrors[code], code, error.message), detail: describeRefusal(error) }
  }
  if (error instanceof DatabaseProblem) {
    return problemOf({ status: 503, cure: error.cure }, error.code, error.message)
  }
  if (isUnstorableText(error)) {
    return problemOf(
      apiErrors['invalid-request'],
      'invalid-request',
      'A text of the request holds the character U+0000, which cannot be stored.',
    )
  }
  if (codeOf(error) === UNEXPECTED)
    return problemOf(apiErrors['changed-since'], 'changed-since', 'Somebody else changed it at this moment.')
  if (isTransient(error)) return problemOf(apiErrors.busy, 'busy', 'The database did not answer in time.')
  return fromFastify(error) ?? problemOf(apiErrors.internal, 'internal', 'Something went wrong in the hub.')
}

/** A refusal of the ledger as problem+json. */
export function refusalToProblem(refusal: Refusal): Problem {
  return problemOf(stockErrors[refusal.code], refusal.code, refusal.message, refusal.field)
}

/** PostgreSQL's texts hold every character but U+0000: `22021` says so of a text, `22P05` of one within JSON. */
function isUnstorableText(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === '22021' || error.code === '22P05')
}

function fromFastify(error: unknown): Problem | undefined {
  if (!(error instanceof Error)) return undefined
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (code === 'FST_ERR_BAD_URL' || code === 'FST_ERR_MAX_PARAM_LENGTH') {
    return problemOf(apiErrors['not-found'], 'not-found', 'The address cannot be read.')
  }
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return problemOf(apiErrors['too-large'], 'too-large', 'The body is larger than the hub takes.')
  }
  if (code.startsWith('FST_ERR_CTP') || error instanceof SyntaxError) {
    return problemOf(
      apiErrors['malformed-body'],
      'malformed-body',
      `The body cannot be read: ${error.message}.`,
    )
  }
  return undefined
}

function problemOf(
  entry: { status: number; cure: string },
  code: string,
  message: string,
  field?: string | undefined,
): Problem {
  const said = /[.!?。]$/.test(message) ? message : `${message}.`
  return {
    type: 'about:blank',
    title: code.replaceAll('-', ' '),
    status: entry.status,
    code,
    detail: said.includes(entry.cure) ? said : `${said} ${entry.cure}`,
    ...(field !== undefined && field !== '' && { field }),
  }
}
