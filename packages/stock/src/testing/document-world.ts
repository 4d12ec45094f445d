import { v7 as uuidv7 } from 'uuid'
import type { ActionHead, DocumentOutcome, DocumentStore } from '../documents/run-document.ts'
import type { StockWorld } from './stock-world.ts'

/** A stock world whose clock moves: documents tell the moments of what happens. */
export function documentStore(world: StockWorld, clock: { now: Date }): DocumentStore {
  return { database: world.database, context: { ...world.context, now: () => new Date(clock.now) } }
}

export function headOf(rest: Partial<ActionHead> = {}): ActionHead {
  return { key: uuidv7(), actor: 'test', ...rest }
}

/** The result of an action that a test expects to be carried out. */
export async function done<Result>(outcome: Promise<DocumentOutcome<Result>>): Promise<Result> {
  const ended = await outcome
  if (ended.kind === 'refused') throw new Error(`refused: ${ended.code}: ${ended.message}`)
  return ended.result
}

/** The code of a refusal that a test expects, or what happened instead. */
export async function codeOf(outcome: Promise<DocumentOutcome<unknown>>): Promise<string> {
  const ended = await outcome
  return ended.kind === 'refused' ? ended.code : ended.kind
}
