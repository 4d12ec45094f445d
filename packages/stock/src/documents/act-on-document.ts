import type { Tx } from '@plimsoll/database'
import type { StockCommand } from '../commands/command.ts'
import { type Refusal, refuse, type StockErrorCode } from '../errors.ts'
import {
  type ActionHead,
  type DocumentOutcome,
  type DocumentStore,
  runDocumentAction,
} from './run-document.ts'
import { isUuid } from './uuids.ts'

/** What an action makes of a document: how it stands then, and the commands that move its units. */
export type DecidedDocument<Document> = {
  kind: 'decided'
  document: Document
  commands: readonly StockCommand[]
  /** Which of the request's lines each command is of, from 0, so that a refusal can say it. */
  lineOf?: readonly number[]
}

/** How documents of one kind are found and kept. */
export type DocumentKind<Document> = {
  /** As a person calls it. */
  name: string
  unknown: StockErrorCode
  /** Locks and reads one: actions on one document follow each other. */
  lock(tx: Tx, organizationId: string, id: string): Promise<Document | undefined>
  save(tx: Tx, organizationId: string, document: Document): Promise<unknown>
}

/**
 * Carries out an action on a document that is there, and answers the document as it is then.
 * @param request.content what makes it the same action under the same key
 * @param decide pure; `at` is now, as an ISO instant
 */
export async function actOnDocument<Document>(
  kind: DocumentKind<Document>,
  { store, head }: { store: DocumentStore; head: ActionHead },
  { id, content }: { id: string; content: readonly unknown[] },
  decide: (document: Document, at: string) => DecidedDocument<Document> | Refusal,
): Promise<DocumentOutcome<Document>> {
  const { organizationId, now } = store.context
  return await runDocumentAction(
    store,
    head,
    content,
    async (tx) => (isUuid(id) ? await kind.lock(tx, organizationId, id) : undefined),
    (found) => {
      if (found === undefined) return refuse(kind.unknown, 'id', `There is no ${kind.name} ${id}.`)
      const decided = decide(found, now().toISOString())
      if (decided.kind === 'refused') return decided
      const { document, commands, lineOf } = decided
      return {
        kind: 'decided',
        commands,
        lineOf,
        result: document,
        write: (tx) => kind.save(tx, organizationId, document),
      }
    },
  )
}
