import type { Tx } from '@plimsoll/database'
import { givenOf } from '../commands/at-place.ts'
import { type Directory, readDirectory } from '../commands/directory.ts'
import { lotIdOf } from '../commands/tracked.ts'
import { type StockContext, UNALLOCATED_LOT } from '../context.ts'
import { findBadLines, findBadUnits } from '../documents/lines.ts'
import {
  type ActionHead,
  type DocumentOutcome,
  type DocumentStore,
  runDocumentAction,
} from '../documents/run-document.ts'
import { isUuid } from '../documents/uuids.ts'
import { type Refusal, refuse } from '../errors.ts'
import { toLotCode } from '../lots/lots.ts'
import { findBadGroups } from '../serials/serial-groups.ts'
import { findCountLines, findLastLine, type StoredCountLine } from './count-lines.store.ts'
import { insertLines, readFound, type SnapshotLine } from './count-snapshot.store.ts'
import { refuseCountState, type StockCount } from './stock-count.ts'
import { insertEntries, lockStockCount, type NewEntry } from './stock-counts.store.ts'

/** What somebody found: 0 or more, at a moment between the start of the count and now. */
export type CountEntry = {
  sku: string
  quantity: number
  /** Code of the lot, of an item that is tracked by lot. */
  lot?: string | undefined
  /** One per unit, of an item whose serial numbers are captured on receipt. */
  serials?: readonly string[] | undefined
  countedAt?: Date | undefined
}

/**
 * Writes down what was counted, each line once per round. What the sheet does not list is added where it was found: of a
 * whole location anything, else other lots of the items that are counted.
 */
export async function enterStockCount(
  store: DocumentStore,
  head: ActionHead,
  request: { countId: string; counter: string; entries: readonly CountEntry[] },
): Promise<DocumentOutcome<StockCount>> {
  const { context } = store
  const { organizationId } = context
  const { countId, counter, entries } = request
  const content = ['stock-count-enter', countId, counter, entries.map(contentOf)]
  return await runDocumentAction(
    store,
    head,
    content,
    (tx) => readSheet(tx, context, countId, entries),
    (read) => {
      if (read === undefined)
        return refuse('unknown-stock-count', 'count', `There is no stock count ${countId}.`)
      const { count, locationId, added } = read
      if (count.state !== 'counting') return refuseCountState(count, 'counted')
      if (counter.trim() === '') return refuse('invalid-lines', 'counter', 'Say who counted.')
      const now = context.now()
      const bad = findBadLines(entries, {
        nameOf: ({ sku, lot }) => `"${sku}"${lot === undefined ? '' : ` of lot "${toLotCode(lot)}"`}`,
        findBad: (entry) => findBadEntry(read, entry, now),
      })
      if (bad !== undefined) return bad
      const lines = [...read.lines, ...added.map((line) => ({ ...line, round: 1 }))]
      const rows: NewEntry[] = entries.flatMap((entry) => {
        const { quantity, serials = [], countedAt = now } = entry
        const at = lineOf(lines, keyOf(read.directory, entry))
        if (at === undefined) return []
        const { line, round } = at
        return [{ line, round, counted: quantity, counter, countedAt: countedAt.toISOString(), serials }]
      })
      return {
        kind: 'decided',
        commands: [],
        result: count,
        write: (tx) =>
          Promise.all([
            insertLines(tx, organizationId, { countId, locationId }, added),
            insertEntries(tx, context, countId, rows),
          ]),
      }
    },
  )
}

/** What is told of lots and serials counts only where it is told, so that old keys keep their content. */
function contentOf({ sku, quantity, countedAt, lot, serials }: CountEntry): readonly unknown[] {
  return [sku, quantity, countedAt?.toISOString(), ...givenOf({ lot, serials: serials?.toSorted() })]
}

type Sheet = {
  count: StockCount
  locationId: string
  directory: Directory
  /** Of the items that are named. */
  lines: StoredCountLine[]
  /** What is named and not on the sheet. */
  added: (SnapshotLine & { line: number })[]
}

async function readSheet(
  tx: Tx,
  context: StockContext,
  countId: string,
  entries: readonly CountEntry[],
): Promise<Sheet | undefined> {
  const { organizationId } = context
  const locked = isUuid(countId) ? await lockStockCount(tx, organizationId, countId) : undefined
  if (locked === undefined) return undefined
  const { count } = locked
  const skus = entries.map(({ sku }) => sku)
  const names = entries.map(({ sku, lot }) => ({ skus: [sku], ...(lot !== undefined && { lots: [lot] }) }))
  const [lines, lastLine, directory] = await Promise.all([
    findCountLines(tx, organizationId, countId, skus),
    findLastLine(tx, organizationId, countId),
    readDirectory(tx, context, names),
  ])
  const locationId = directory.locationsByCode.get(count.locationCode)?.locationId ?? ''
  const missing = entries.flatMap((entry) => {
    const key = keyOf(directory, entry)
    return key === undefined || lineOf(lines, key) !== undefined ? [] : [key]
  })
  const found = await readFound(tx, organizationId, locationId, missing)
  const added = found.map((line, index) => ({ ...line, line: lastLine + index + 1 }))
  return { count, locationId, directory, lines, added }
}

type LineKey = { itemId: string; lotId: string }

/** What an entry is about, so far as there is such a thing. */
function keyOf(directory: Directory, { sku, lot }: CountEntry): LineKey | undefined {
  const item = directory.itemsBySku.get(sku)
  if (item === undefined) return undefined
  const lotId = lot === undefined ? UNALLOCATED_LOT : lotIdOf(directory, item, lot)
  return lotId === undefined ? undefined : { itemId: item.itemId, lotId }
}

function lineOf<Line extends LineKey>(lines: readonly Line[], key: LineKey | undefined): Line | undefined {
  return lines.find((line) => line.itemId === key?.itemId && line.lotId === key.lotId)
}

function findBadEntry(read: Sheet, entry: CountEntry, now: Date): Refusal | undefined {
  const { count, directory, lines } = read
  const { sku, lot, quantity, serials } = entry
  const bad = findBadUnits('quantity', 'not-negative', quantity) ?? findBadMoment(count, entry, now)
  if (bad !== undefined) return bad
  const item = directory.itemsBySku.get(sku)
  if (item === undefined) return refuse('unknown-sku', 'sku', `There is no item with the SKU "${sku}".`)
  if (item.tracking !== 'lot' && lot !== undefined) {
    return refuse('lot-not-tracked', 'lot', `The item "${sku}" is not tracked by lot.`)
  }
  const key = keyOf(directory, entry)
  if (key === undefined) return refuse('unknown-lot', 'lot', `The item "${sku}" has no lot "${lot}".`)
  const line = lineOf(lines, key)
  // What has no lot by the ledger may have none on the shelf; anything more belongs to one.
  if (item.tracking === 'lot' && lot === undefined && quantity > Math.max(0, line?.expected ?? 0)) {
    return refuse('lot-missing', 'lot', `The item "${sku}" is tracked by lot.`)
  }
  return (
    findBadGroups(item, { quantity }, { serials }) ??
    (line === undefined ? findOffSheet(count, lines, entry) : findEntered(line, sku))
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

function findOffSheet(
  { scope }: StockCount,
  lines: readonly StoredCountLine[],
  { sku, lot }: CountEntry,
): Refusal | undefined {
  const isOther = lot !== undefined && lines.some((line) => line.sku === sku)
  return scope.kind === 'location' || isOther
    ? undefined
    : refuse('unknown-document-line', 'sku', `"${sku}" is not on the sheet of this count.`)
}

function findEntered({ counted, counter, lot }: StoredCountLine, sku: string): Refusal | undefined {
  if (counted === null) return undefined
  const what = lot === null ? `"${sku}"` : `"${sku}" of lot "${lot}"`
  return refuse('count-already-entered', 'sku', `${what} was counted by ${counter} in this round.`)
}
