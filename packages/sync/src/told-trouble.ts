import { isConnectorError } from '@plimsoll/connector-kit'
import { toldOf } from './connections/problems.ts'
import { SyncProblem } from './errors.ts'
import type { ToldProblem } from './told-problem.ts'

/**
 * What is the matter with a level, a counted stock unit, a job, a bulk edit, a destination or a line of a delivery: a code and
 * its facts, so that a screen can say it in its reader's language. What a platform or an error said stays as it is, in `message`.
 */
export type ToldTrouble =
  | ToldProblem
  /** @param refusal the code under which the hub's own errors are listed */
  | { code: 'refused'; facts: { refusal: string; message: string } }
  | { code: 'failed'; facts: { message: string } }
  | {
      code: 'level-untracked' | 'level-gone' | 'not-mapped' | 'no-stock-of-kit' | 'take-back-by-hand'
      facts: Record<string, never>
    }
  | { code: 'level-echo'; facts: { shows: number; quantity: number } }
  | { code: 'count-tracked'; facts: { sku: string; tracking: string } }
  | { code: 'count-short'; facts: { units: number; sku: string } }
  /** @param known free units by the ledger */
  | { code: 'count-held'; facts: { sku: string; counted: number; known: number } }
  | { code: 'place-untied'; facts: { place: string; warehouse: string } }
  /** @param answer its status, or a code of its own; empty: none */
  | { code: 'answered'; facts: { answer: string; message: string } }

/** For a person, in English; and as a code and its facts. */
export type Trouble = { message: string; told: ToldTrouble }

/** What the hub's own rules refuse. */
export function refusedTrouble({ code, message }: { code: string; message: string }): Trouble {
  return { message, told: { code: 'refused', facts: { refusal: code, message } } }
}

/** What ended something: what a platform said, what the hub itself refuses, or what broke. */
export function troubleOf(error: unknown): ToldTrouble {
  if (isConnectorError(error)) return toldOf(error)
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof SyncProblem) return refusedTrouble(error).told
  return { code: 'failed', facts: { message } }
}
