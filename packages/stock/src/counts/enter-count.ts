import { readDirectory } from '../commands/directory.ts'
import { findBadLines, findBadUnits } from '../documents/lines.ts'
import {
  type ActionHead,
  type DocumentOutcome,
  type DocumentStore,
  runDocumentAction,
} from '../documents/run-document.ts'
import { isUuid } from '../documents/uuids.ts'
import { type Refusal, refuse } from '../errors.ts'
import { findCountLines, findLastLine, type StoredCountLine } from './count-lines.store.ts'
import { refuseCountState, type StockCount } from './stock-count.ts'
import {
  insertEntries,
  insertLines,
  lockStockCount,
  type NewEntry,
  readSnapshot,
  type SnapshotLine,
} from './stock-counts.store.ts'

/** What somebody found: 0 or more, at a moment between the start of the count and now. */
export type CountEntry = { sku: string; quantity: number; countedAt?: Date | undefined }

/**
 * Writes down what was counted, each line once per round. Of a whole location also what the sheet does not list: it
 * was found there.
 */
export async function enterStockCount(
  store: DocumentStore,
  head: ActionHead,
  request: { countId: string; counter: string; entries: readonly CountEntry[] },
): Promise<DocumentOutcome<StockCount>> {
  const { context } = store
  const { organizationId } = context
  const { countId, counter, entries } = request
  const content = [
    'stock-count-enter',
    countId,
    counter,
    entries.map(({ sku, quantity, countedAt }) => [sku, quantity, countedAt?.toISOString()]),
  ]
  const skus = entries.map(({ sku }) => sku)
  return await runDocumentAction(
    store,
    head,
    content,
    async (tx) => {
      const locked = isUuid(countId) ? await lockStockCount(tx, organizationId, countId) : undefined
      if (locked === undefined) return undefined
      const { count } = locked
      const [lines, lastLine, directory] = await Promise.all([
        findCountLines(tx, organizationId, countId, skus),
        findLastLine(tx, organizationId, countId),
        readDirectory(tx, context, [{ skus }]),
      ])
      const location = directory.locationsByCode.get(count.locationCode)
      const missing = skus.filter(
        (sku) => directory.itemsBySku.has(sku) && !lines.some((line) => line.sku === sku),
      )
      const found =
        location === undefined || missing.length === 0
          ? []
          : await readSnapshot(
              tx,
              organizationId,
              location.locationId,
              { kind: 'items', skus: missing },
              missing.length,
            )
      return { count, lines, lastLine, directory, found }
    },
    (read) => {
      if (read === undefined)
        return refuse('unknown-stock-count', 'count', `There is no stock count ${countId}.`)
      const { count, lines, lastLine, directory } = read
      if (count.state !== 'counting') return refuseCountState(count, 'counted')
      if (counter.trim() === '') return refuse('invalid-lines', 'counter', 'Say who counted.')
      const now = context.now()
      const bad = findBadLines(entries, {
        nameOf: ({ sku }) => `"${sku}"`,
        findBad: (entry) =>
          findBadUnits('quantity', 'not-negative', entry.quantity) ??
          findBadMoment(count, entry, now) ??
          (directory.itemsBySku.has(entry.sku)
            ? findBadLine(
                count,
                lines.find(({ sku }) => sku === entry.sku),
                entry.sku,
              )
            : refuse('unknown-sku', 'sku', `There is no item with the SKU "${entry.sku}".`)),
      })
      if (bad !== undefined) return bad
      const numbers = new Map(lines.map((line) => [line.sku, { line: line.line, round: line.round }]))
      const added: (SnapshotLine & { line: number })[] = read.found.map((line, index) => ({
        ...line,
        line: lastLine + index + 1,
      }))
      for (const line of added) {
        const sku = directory.itemsById.get(line.itemId)?.sku
        if (sku !== undefined) numbers.set(sku, { line: line.line, round: 1 })
      }
      const rows: NewEntry[] = entries.flatMap(({ sku, quantity, countedAt = now }) => {
        const at = numbers.get(sku)
        return at === undefined
          ? []
          : [{ ...at, counted: quantity, counter, countedAt: countedAt.toISOString() }]
      })
      return {
        kind: 'decided',
        commands: [],
        result: count,
        write: (tx) =>
          Promise.all([
            insertLines(tx, organizationId, countId, added),
            insertEntries(tx, context, countId, rows),
          ]),
      }
    },
  )
}

function findBadMoment(count: StockCount, { countedAt }: CountEntry, now: Date): Refusal | undefined {
  if (countedAt === undefined) return undefined
  if (countedAt > now)
    return refuse('count-moment', 'countedAt', `${countedAt.toISOString()} has not come yet.`)
  return countedAt.toISOString() < count.startedAt
    ? refuse('count-moment', 'countedAt', `${countedAt.toISOString()} is before the count was started.`)
    : undefined
}

function findBadLine(count: StockCount, line: StoredCountLine | undefined, sku: string): Refusal | undefined {
  if (line === undefined) {
    return count.scope.kind === 'location'
      ? undefined
      : refuse('unknown-document-line', 'sku', `"${sku}" is not on the sheet of this count.`)
  }
  return line.counted === null
    ? undefined
    : refuse('count-already-entered', 'sku', `"${sku}" was counted by ${line.counter} in this round.`)
}
