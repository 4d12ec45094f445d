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
import type { Item } from '../items.store.ts'
import { findBadDetails, findDifference, type LotDetails, toLotCode } from '../lots/lots.ts'
import { findBadGroups } from '../serials/serial-groups.ts'
import { findCountLines, findLastLine, type StoredCountLine } from './count-lines.store.ts'
import { insertLines, readFound, type SnapshotLine, type ToldLot } from './count-snapshot.store.ts'
import { refuseCountState, type StockCount } from './stock-count.ts'
import { insertEntries, lockStockCount, type NewEntry, saveToldLots } from './stock-counts.store.ts'

/** What somebody found: 0 or more, at a moment between the start of the count and now. */
export type CountEntry = {
  sku: string
  quantity: number
  /** Code of the lot, of an item that is tracked by lot. */
  lot?: string | undefined
  /**
   * In its place: a lot that the hub may not know yet, with what is printed on it. It is made when the count is posted;
   * of one that is known, what is told must agree.
   */
  newLot?: (LotDetails & { code: string }) | undefined
  /** One per unit, of an item whose serial numbers are captured on receipt. */
  serials?: readonly string[] | undefined
  countedAt?: Date | undefined
}

/**
 * Writes down what was counted, each line once per round. What the sheet does not list is added where it was found: of a
 * whole location anything, else other lots of the items that are counted. Of a new lot, what was told last is what holds.
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
        nameOf: (entry) => {
          const code = codeOf(entry)
          return `"${entry.sku}"${code === undefined ? '' : ` of lot "${toLotCode(code)}"`}`
        },
        findBad: (entry) => findBadEntry(read, entry, now),
      })
      if (bad !== undefined) return bad
      const lines: (LineKey & { line: number; round: number })[] = [
        ...read.lines,
        ...added.map((line) => ({ ...line, round: 1 })),
      ]
      const told = entries.flatMap((entry) => {
        const newLot = toldLotOf(entry)
        const at = lineOf(read.lines, keyOf(read.directory, entry))
        return newLot === undefined || at === undefined ? [] : [{ line: at.line, newLot }]
      })
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
            saveToldLots(tx, organizationId, countId, told),
          ]),
      }
    },
  )
}

/** What is told of lots and serials counts only where it is told, so that old keys keep their content. */
function contentOf({ sku, quantity, countedAt, lot, newLot, serials }: CountEntry): readonly unknown[] {
  const told = newLot && givenOf(newLot)
  return [
    sku,
    quantity,
    countedAt?.toISOString(),
    ...givenOf({ lot, newLot: told, serials: serials?.toSorted() }),
  ]
}

function codeOf({ lot, newLot }: CountEntry): string | undefined {
  return newLot === undefined ? lot : newLot.code
}

/** What is told of a new lot, as a line holds it. */
function toldLotOf({ newLot }: CountEntry): ToldLot | undefined {
  const code = newLot === undefined ? undefined : toLotCode(newLot.code)
  if (newLot === undefined || code === undefined) return undefined
  const { expiresOn = null, manufacturedOn = null, supplierLot = null } = newLot
  return { code, expiresOn, manufacturedOn, supplierLot }
}

type Sheet = {
  count: StockCount
  locationId: string
  directory: Directory
  /** Of the items that are named. */
  lines: StoredCountLine[]
  /** What is named and not on the sheet. */
  added: (SnapshotLine & LineKey & { line: number; newLot: ToldLot | undefined })[]
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
  const names = entries.map((entry) => {
    const code = codeOf(entry)
    return { skus: [entry.sku], ...(code !== undefined && { lots: [code] }) }
  })
  const [lines, lastLine, directory] = await Promise.all([
    findCountLines(tx, organizationId, countId, skus),
    findLastLine(tx, organizationId, countId),
    readDirectory(tx, context, names),
  ])
  const locationId = directory.locationsByCode.get(count.locationCode)?.locationId ?? ''
  // Each once: a request that names a lot twice is refused later on, and must come so far.
  const missing = new Map<string, LineKey & { lotId: string; newLot: ToldLot | undefined }>()
  for (const entry of entries) {
    const key = keyOf(directory, entry)
    if (key === undefined || lineOf(lines, key) !== undefined) continue
    const known = lotIdOfEntry(directory, entry)
    const newLot = known === undefined ? toldLotOf(entry) : undefined
    const lotId = known ?? (newLot && context.uuid())
    if (lotId !== undefined) missing.set(`${key.itemId} ${key.lot}`, { ...key, lotId, newLot })
  }
  const wanted = [...missing.values()]
  const found = await readFound(tx, organizationId, locationId, wanted)
  const added = wanted.map((line, index) => {
    const there = found.find(({ itemId, lotId }) => itemId === line.itemId && lotId === line.lotId)
    return { ...line, expected: there?.expected ?? 0, line: lastLine + index + 1 }
  })
  return { count, locationId, directory, lines, added }
}

/** How a line is named: by its item and the code of its lot, which may not be known yet. */
type LineKey = { itemId: string; lot: string | null }

/** What an entry is about, so far as there is such a thing. */
function keyOf(directory: Directory, entry: CountEntry): LineKey | undefined {
  const item = directory.itemsBySku.get(entry.sku)
  if (item === undefined) return undefined
  const code = codeOf(entry)
  if (code === undefined) return { itemId: item.itemId, lot: null }
  const lot = item.tracking === 'lot' ? toLotCode(code) : undefined
  return lot === undefined ? undefined : { itemId: item.itemId, lot }
}

/** Undefined for a lot that is not known. */
function lotIdOfEntry(directory: Directory, entry: CountEntry): string | undefined {
  const item = directory.itemsBySku.get(entry.sku)
  const code = codeOf(entry)
  if (code === undefined) return UNALLOCATED_LOT
  return item === undefined ? undefined : lotIdOf(directory, item, code)
}

function lineOf<Line extends LineKey>(lines: readonly Line[], key: LineKey | undefined): Line | undefined {
  return lines.find((line) => line.itemId === key?.itemId && line.lot === key.lot)
}

function findBadEntry(read: Sheet, entry: CountEntry, now: Date): Refusal | undefined {
  const { count, directory, lines } = read
  const { sku, quantity, serials } = entry
  const bad = findBadUnits('quantity', 'not-negative', quantity) ?? findBadMoment(count, entry, now)
  if (bad !== undefined) return bad
  const item = directory.itemsBySku.get(sku)
  if (item === undefined) return refuse('unknown-sku', 'sku', `There is no item with the SKU "${sku}".`)
  const badLot = findBadLot(read, item, entry)
  if (badLot !== undefined) return badLot
  const line = lineOf(lines, keyOf(directory, entry))
  // What has no lot by the ledger may have none on the shelf; anything more belongs to one.
  if (item.tracking === 'lot' && codeOf(entry) === undefined && quantity > Math.max(0, line?.expected ?? 0)) {
    return refuse('lot-missing', 'lot', `The item "${sku}" is tracked by lot.`)
  }
  return (
    findBadGroups(item, { quantity }, { serials }) ??
    (line === undefined ? findOffSheet(count, lines, entry) : findEntered(line, sku))
  )
}

/** Refuses a lot that there is none of, or that is not as it is told. */
function findBadLot({ directory, lines }: Sheet, item: Item, entry: CountEntry): Refusal | undefined {
  const { sku, lot, newLot } = entry
  const code = codeOf(entry)
  if (code === undefined) return undefined
  const field = newLot === undefined ? 'lot' : 'newLot'
  if (item.tracking !== 'lot') {
    return refuse('lot-not-tracked', field, `The item "${sku}" is not tracked by lot.`)
  }
  const lotId = lotIdOfEntry(directory, entry)
  if (newLot === undefined) {
    const isKnown = lotId !== undefined || lineOf(lines, keyOf(directory, entry)) !== undefined
    return isKnown ? undefined : refuse('unknown-lot', 'lot', `The item "${sku}" has no lot "${lot}".`)
  }
  if (lot !== undefined) {
    return refuse('invalid-lines', field, 'Name a lot that is known or one that is new, not both.')
  }
  if (toLotCode(code) === undefined) {
    return refuse('lot-code-invalid', 'newLot.code', `"${code}" is no lot code.`)
  }
  const known = directory.lots.find((each) => each.lotId === lotId)
  const bad = findBadDetails(newLot) ?? (known && findDifference(known, newLot))
  return bad && refuse(bad.code, `newLot.${bad.field}`, bad.message)
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
  entry: CountEntry,
): Refusal | undefined {
  const { sku } = entry
  const isOther = codeOf(entry) !== undefined && lines.some((line) => line.sku === sku)
  return scope.kind === 'location' || isOther
    ? undefined
    : refuse('unknown-document-line', 'sku', `"${sku}" is not on the sheet of this count.`)
}

function findEntered({ counted, counter, lot }: StoredCountLine, sku: string): Refusal | undefined {
  if (counted === null) return undefined
  const what = lot === null ? `"${sku}"` : `"${sku}" of lot "${lot}"`
  return refuse('count-already-entered', 'sku', `${what} was counted by ${counter} in this round.`)
}
