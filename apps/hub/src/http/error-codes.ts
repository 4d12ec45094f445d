import { type AccountErrorCode, accountErrors } from '@plimsoll/accounts'
import { listProblems } from '@plimsoll/database'
import { type FileErrorCode, fileErrors } from '@plimsoll/files'
import { type StockErrorCode, stockErrors } from '@plimsoll/stock'
import { type SyncErrorCode, syncErrors } from '@plimsoll/sync'
import { type ImportErrorCode, importErrors } from '../imports/import-errors.ts'
import { type ApiErrorCode, apiErrors } from './problem.ts'
import type { RouteSpec } from './route.ts'

/** Every code that a route may name as its own. */
export type ErrorCode =
  | AccountErrorCode
  | ApiErrorCode
  | StockErrorCode
  | SyncErrorCode
  | FileErrorCode
  | ImportErrorCode

const statuses: Readonly<Record<string, { status: number }>> = {
  ...stockErrors,
  ...syncErrors,
  ...fileErrors,
  ...importErrors,
  ...accountErrors,
  ...apiErrors,
}
/** The hub cannot serve anybody until a person has put the database right. */
const DATABASE_STATUS = 503

/** What every route may answer, whatever it does. */
const OF_ANY_ROUTE: readonly ErrorCode[] = ['busy', 'internal']

/** Every refusal that a route may answer, by status: its own, those of its kind of request, and those of any route. */
export function errorsOf(spec: RouteSpec, path: string): Map<number, string[]> {
  const codes = new Set<string>(spec.errors)
  const takesInput = [spec.params, spec.query, spec.body].some((schema) => schema !== undefined)
  if (takesInput) codes.add('invalid-request')
  if (spec.takesKey === true) codes.add('idempotency-key-missing')
  if (spec.version === 'heeded' || spec.version === 'required') {
    for (const code of ['version-changed', 'invalid-request']) codes.add(code)
  }
  if (spec.version === 'required') codes.add('version-missing')
  if (spec.method !== 'GET') for (const code of ['malformed-body', 'too-large']) codes.add(code)
  // Platforms and monitors come from elsewhere.
  if (path.startsWith('/api/')) {
    for (const code of ['foreign-origin', 'sign-in-needed', 'key-refused', 'not-a-member', 'not-allowed'])
      codes.add(code)
    codes.add('organization-missing')
  }
  for (const code of [...OF_ANY_ROUTE, ...listProblems().map((problem) => problem.code)]) codes.add(code)

  const byStatus = new Map<number, string[]>()
  for (const code of codes) {
    const status = statuses[code]?.status ?? DATABASE_STATUS
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  return byStatus
}
