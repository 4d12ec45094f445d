import type { Database, Tx } from '@plimsoll/database'
import {
  type AfterMovements,
  applyStockCommands,
  type CommandOutcome,
  RaceOnCommandKey,
  RefusedAfterwards,
} from '../commands/apply-commands.ts'
import type { DocumentReference, StockCommand } from '../commands/command.ts'
import { claimCommandKeys, digestOf, findCommandKeys } from '../commands/command-keys.store.ts'
import { inKeyedTransaction } from '../commands/run-commands.ts'
import type { StockContext } from '../context.ts'
import { type Refusal, refuse } from '../errors.ts'
import { ofLine } from './lines.ts'

/** What somebody does to a document. `key` makes it exactly once, as with a stock command. */
export type ActionHead = {
  key: string
  actor: string
  reason?: string | null | undefined
  /** When it happened; now unless given. */
  effectiveAt?: Date | undefined
}

export type DocumentOutcome<Result> = { kind: 'applied' | 'repeated'; result: Result } | Refusal

/** What an action comes to: stock commands, all of them or none, and rows of the document. */
export type DecidedAction<Result> = {
  kind: 'decided'
  commands: readonly StockCommand[]
  /** Which of the request's lines each command is of, from 0; undefined: of none in particular. */
  lineOf?: readonly number[] | undefined
  /** Writes the document as it stands now; everything is asked for at once. */
  write(tx: Tx, outcomes: readonly CommandOutcome[]): Promise<unknown>
  /** Plain JSON: what the action answers, now and whenever it is repeated. */
  result: Result
}

export type DocumentStore = {
  database: Pick<Database, 'runTransaction' | 'counters' | 'timing'>
  context: StockContext
  /** What must be written in the same transaction, such as the items whose availability changes. */
  afterMovements?: AfterMovements | undefined
}

/**
 * Carries out an action on a document in one transaction: the document is locked first, so that actions on one follow
 * each other, then come the locks of the ledger. What is refused, by the document or by the ledger, leaves no trace.
 * @param content what makes it the same action under the same key
 * @param read locks the document and reads it
 * @param decide pure; `undefined` from `read` is its to refuse
 */
export async function runDocumentAction<Document, Result>(
  store: DocumentStore,
  head: ActionHead,
  content: readonly unknown[],
  read: (tx: Tx) => Promise<Document>,
  decide: (document: Document) => DecidedAction<Result> | Refusal,
): Promise<DocumentOutcome<Result>> {
  const { context } = store
  const digest = digestOf([...content, head.reason ?? null])
  try {
    return await inKeyedTransaction<DocumentOutcome<Result>>(store.database, async (tx) => {
      const document = await read(tx)
      // Read after the lock: whoever did the same has committed before it let go of the document.
      const known = (await findCommandKeys(tx, context.organizationId, [head.key])).get(head.key)
      if (known !== undefined) {
        return known.digest === digest
          ? // Written below, in the transaction that applied it, so its shape is ours.
            { kind: 'repeated', result: known.result as Result }
          : refuse('key-reused', 'Idempotency-Key', 'This key was used for another command.')
      }
      const decided = decide(document)
      if (decided.kind === 'refused') return decided
      const write: AfterMovements = async (_, outcomes, commands) => {
        for (const [index, outcome] of outcomes.entries()) {
          if (outcome.kind !== 'refused') continue
          const line = decided.lineOf?.[index]
          throw new RefusedAfterwards(line === undefined ? outcome : ofLine(line, outcome))
        }
        const [claimed] = await Promise.all([
          claimCommandKeys(tx, context, [{ commandKey: head.key, digest, result: decided.result }]),
          decided.write(tx, outcomes),
          store.afterMovements?.(tx, outcomes, commands),
        ])
        if (!claimed.has(head.key)) throw new RaceOnCommandKey(head.key)
      }
      if (decided.commands.length === 0) await write(tx, [], [])
      else await applyStockCommands(tx, context, decided.commands, write)
      return { kind: 'applied', result: decided.result }
    })
  } catch (error) {
    // The transaction is rolled back as a whole: a document is never carried out in part.
    if (error instanceof RefusedAfterwards) return error.refusal
    throw error
  }
}

/** The head of a command that carries out one line of an action. */
export function lineHead(action: ActionHead, document: DocumentReference, line: number) {
  return {
    // Beside the keys of people and clients, which begin with where they came from.
    key: `document:${action.key}:${line}`,
    actor: action.actor,
    reason: action.reason ?? null,
    effectiveAt: action.effectiveAt,
    document,
  }
}
