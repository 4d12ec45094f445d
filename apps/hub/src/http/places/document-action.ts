import type { ActionHead, DocumentOutcome, Refusal } from '@plimsoll/stock'
import { z } from 'zod'
import type { ErrorCode } from '../error-codes.ts'
import { pageQuery } from '../page-query.ts'
import { LedgerRefusal } from '../problem.ts'
import { byOfApi, type RequestBy } from '../request-by.ts'

/** What the routes of all documents share. */

export const documentId = z.object({ id: z.string() })
export const reason = z.string().max(500).nullish().describe('Why, for whoever reads the movements.')
export const quantity = z
  .number({ error: 'give a whole number of base units' })
  .meta({ type: 'integer' })
  .describe('Whole base units.')
export const code = z.string('give the code of a location').min(1, 'give the code of a location')
export const sku = z.string('give the SKU of an item').min(1, 'give the SKU of an item')
export const reference = z.string().min(1).max(200).nullish().describe('Your own number of it.')

/** Refusals of whatever names lines of a document. */
export const LINE_ERRORS: readonly ErrorCode[] = [
  'invalid-lines',
  'quantity-not-whole',
  'quantity-out-of-range',
]

/** The query of a list of documents. */
export function documentQuery<const States extends readonly [string, ...string[]]>(states: States) {
  return pageQuery.extend({ state: z.enum(states).optional().describe('Only those in this state.') })
}

/** The head of an action that came by the API. */
export function apiHead(by: RequestBy, given?: { reason?: string | null | undefined }): ActionHead {
  return { ...byOfApi(by), reason: given?.reason ?? null }
}

/** An action's answer by its status: 201 where it was carried out now, 200 where it had been before. */
export function answerOf<Result>(outcome: DocumentOutcome<Result>): { 200: Result } | { 201: Result } {
  if (outcome.kind === 'refused') throw new LedgerRefusal(outcome)
  return outcome.kind === 'applied' ? { 201: outcome.result } : { 200: outcome.result }
}

/** What was found, or the refusal that there is no such thing. */
export function foundOr<Found>(found: Found | undefined, refusal: Refusal): Found {
  if (found === undefined) throw new LedgerRefusal(refusal)
  return found
}
