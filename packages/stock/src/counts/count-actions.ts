import type { Tx } from '@plimsoll/database'
import { givenOf } from '../commands/at-place.ts'
import type { StockCommand } from '../commands/command.ts'
import { digestOf } from '../commands/command-keys.store.ts'
import { findLocation, readDirectory } from '../commands/directory.ts'
import { atLine } from '../documents/lines.ts'
import {
  type ActionHead,
  type DecidedAction,
  type DocumentOutcome,
  type DocumentStore,
  lineHead,
  runDocumentAction,
} from '../documents/run-document.ts'
import { isUuid } from '../documents/uuids.ts'
import { type Refusal, refuse } from '../errors.ts'
import { type LotDetails, toLotCode } from '../lots/lots.ts'
import { findCounters, findCountLines, type StoredCountLine } from './count-lines.store.ts'
import { readSnapshot } from './count-snapshot.store.ts'
import {
  type CountScope,
  findBadApproval,
  findBadPosting,
  needsRecount,
  type PrintedOnLot,
  refuseCountState,
  type StockCount,
} from './stock-count.ts'
import {
  insertStockCount,
  lockStockCount,
  notePosting,
  type PostedNote,
  raiseRounds,
  saveCountState,
} from './stock-counts.store.ts'

/** More than this is counted in parts. */
const LINES_MAX = 20_000

export type NewStockCount = {
  locationCode: string
  scope: CountScope
  blind?: boolean | undefined
  separateApprover?: boolean | undefined
  toleranceUnits?: number | null | undefined
  tolerancePercent?: number | null | undefined
  reference?: string | null | undefined
}

/** Makes a sheet of what the ledger says is there. Nothing changes by it. */
export async function startStockCount(
  store: DocumentStore,
  head: ActionHead,
  wanted: NewStockCount,
): Promise<DocumentOutcome<StockCount>> {
  const { context } = store
  const { locationCode, scope } = wanted
  const content = [
    'stock-count-start',
    locationCode,
    scope,
    wanted.blind,
    wanted.separateApprover,
    wanted.toleranceUnits,
    wanted.tolerancePercent,
    wanted.reference,
  ]
  return await runDocumentAction(
    store,
    head,
    content,
    async (tx) => {
      const skus = scope.kind === 'items' ? scope.skus : []
      const directory = await readDirectory(tx, context, [{ skus }])
      const location = findLocation(directory, locationCode)
      const unknown = skus.find((sku) => !directory.itemsBySku.has(sku))
      if (location.kind === 'refused') return { location, unknown, lines: [] }
      const { locationId } = location.location
      return {
        location,
        unknown,
        lines: await readSnapshot(tx, context.organizationId, locationId, scope, LINES_MAX + 1),
      }
    },
    ({ location, unknown, lines }) => {
      if (location.kind === 'refused') return location
      if (unknown !== undefined) {
        return refuse('unknown-sku', 'scope.skus', `There is no item with the SKU "${unknown}".`)
      }
      if (lines.length === 0) return refuse('invalid-lines', 'scope', 'There is nothing to count there.')
      if (lines.length > LINES_MAX) {
        return refuse(
          'invalid-lines',
          'scope',
          `There are more than ${LINES_MAX} lines; count it zone by zone.`,
        )
      }
      const count: StockCount = {
        countId: context.uuid(),
        state: 'counting',
        locationCode: location.location.code,
        scope,
        blind: wanted.blind ?? false,
        separateApprover: wanted.separateApprover ?? false,
        toleranceUnits: wanted.toleranceUnits ?? null,
        tolerancePercent: wanted.tolerancePercent ?? null,
        reference: wanted.reference ?? null,
        startedBy: head.actor,
        startedAt: context.now().toISOString(),
        approvedBy: null,
        approvedAt: null,
        postedAt: null,
      }
      const { locationId } = location.location
      return decided(count, (tx) => insertStockCount(tx, context, count, locationId, lines))
    },
  )
}

/**
 * Asks for lines to be counted again: those named, or all that differ by more than the tolerance. What was counted
 * before stays on record. An approved count is open again.
 */
export async function recountStockCount(
  store: DocumentStore,
  head: ActionHead,
  request: {
    countId: string
    /** All lines of these items. */
    skus?: readonly string[] | undefined
    lines?: readonly NamedLine[] | undefined
  },
): Promise<DocumentOutcome<StockCount>> {
  const { countId, skus, lines: named } = request
  // Single lines count only where they are named, so that old keys keep their content.
  const content = ['stock-count-recount', countId, skus, ...givenOf({ lines: named?.map(lineText) })]
  return await act(store, head, countId, content, ({ count, lines }) => {
    if (count.state !== 'counting' && count.state !== 'approved')
      return refuseCountState(count, 'counted again')
    const unknown = skus?.find((sku) => !lines.some((line) => line.sku === sku))
    if (unknown !== undefined)
      return refuse('unknown-document-line', 'skus', `The sheet has no line of "${unknown}".`)
    const badLine = findUnknownLine(lines, named ?? [])
    if (badLine !== undefined) return badLine
    const isNamed = (line: StoredCountLine) =>
      skus?.includes(line.sku) === true || named?.some((each) => lineText(each) === lineText(line)) === true
    const isAll = skus === undefined && named === undefined
    const again = lines.filter(
      (line) => line.counted !== null && (isAll ? needsRecount(count, line) : isNamed(line)),
    )
    if (again.length === 0) {
      return refuse(
        'document-state',
        'skus',
        'None of these lines is counted yet, or differs by more than the tolerance.',
      )
    }
    const open: StockCount = { ...count, state: 'counting', approvedBy: null, approvedAt: null }
    return decided(open, (tx) =>
      Promise.all([
        raiseRounds(
          tx,
          store.context.organizationId,
          countId,
          again.map(({ line }) => line),
        ),
        saveCountState(tx, store.context.organizationId, open),
      ]),
    )
  })
}

/** A line of a sheet; without a lot: of what has none. */
export type NamedLine = { sku: string; lot?: string | undefined }

function lineText({ sku, lot }: { sku: string; lot?: string | null | undefined }): string {
  return JSON.stringify([sku, lot == null ? null : (toLotCode(lot) ?? '')])
}

function findUnknownLine(
  lines: readonly StoredCountLine[],
  named: readonly NamedLine[],
): Refusal | undefined {
  const known = new Set(lines.map(lineText))
  const index = named.findIndex((each) => !known.has(lineText(each)))
  const unknown = named[index]
  if (unknown === undefined) return undefined
  const { sku, lot } = unknown
  const isItem = lines.some((line) => line.sku === sku)
  const what = !isItem
    ? `"${sku}"`
    : lot === undefined
      ? `"${sku}" without a lot`
      : `"${sku}" of lot "${lot}"`
  return atLine(
    index,
    refuse('unknown-document-line', isItem ? 'lot' : 'sku', `The sheet has no line of ${what}.`),
  )
}

/** Says that the figures are right. Nothing changes by it yet. */
export async function approveStockCount(
  store: DocumentStore,
  head: ActionHead,
  request: {
    countId: string
    approver: string
    /** Lines that nobody counted stay as they are. */
    leaveUncounted?: boolean | undefined
    acceptBeyondTolerance?: boolean | undefined
  },
): Promise<DocumentOutcome<StockCount>> {
  const { countId, approver, leaveUncounted = false, acceptBeyondTolerance = false } = request
  const content = ['stock-count-approve', countId, approver, leaveUncounted, acceptBeyondTolerance]
  return await act(store, head, countId, content, ({ count, lines, counters }) => {
    const by = { approver, leavesUncounted: leaveUncounted, acceptsBeyond: acceptBeyondTolerance }
    const bad = findBadApproval(count, lines, counters, by)
    if (bad !== undefined) return bad
    const approvedAt = store.context.now().toISOString()
    const approved: StockCount = { ...count, state: 'approved', approvedBy: approver, approvedAt }
    return decided(approved, (tx) => saveCountState(tx, store.context.organizationId, approved))
  })
}

/** Gives a count up; nothing was changed by it. */
export async function cancelStockCount(
  store: DocumentStore,
  head: ActionHead,
  countId: string,
): Promise<DocumentOutcome<StockCount>> {
  return await act(store, head, countId, ['stock-count-cancel', countId], ({ count }) => {
    if (count.state !== 'counting' && count.state !== 'approved') return refuseCountState(count, 'cancelled')
    const cancelled: StockCount = { ...count, state: 'cancelled' }
    return decided(cancelled, (tx) => saveCountState(tx, store.context.organizationId, cancelled))
  })
}

/**
 * Writes what was counted into the ledger, each line true for the moment of its counting. It happens once: posting
 * again answers the same, under whatever key.
 */
export async function postStockCount(
  store: DocumentStore,
  head: ActionHead,
  request: { countId: string; confirmZeros?: boolean | undefined },
): Promise<DocumentOutcome<StockCount>> {
  const { countId, confirmZeros = false } = request
  const { organizationId } = store.context
  const digest = digestOf([countId, head.reason ?? null])
  const content = ['stock-count-post', countId, confirmZeros]
  return await act(store, head, countId, content, ({ count, lines, posted }) => {
    if (posted.postedResult !== null && posted.postedDigest === digest) {
      return decided(posted.postedResult, async () => undefined)
    }
    const bad = findBadPosting(count, lines, confirmZeros)
    if (bad !== undefined) return bad
    const counted = lines.filter((line) => line.counted !== null)
    const done: StockCount = { ...count, state: 'posted', postedAt: store.context.now().toISOString() }
    return {
      kind: 'decided',
      commands: counted.flatMap((line) => countCommand(count, head, line)),
      result: done,
      write: (tx) =>
        Promise.all([
          saveCountState(tx, organizationId, done),
          notePosting(tx, organizationId, done, { digest, lines: counted.map(({ line }) => line) }),
        ]),
    }
  })
}

function countCommand(count: StockCount, head: ActionHead, line: StoredCountLine): StockCommand[] {
  if (line.counted === null || line.countedAt === null) return []
  return [
    {
      kind: 'count',
      ...lineHead(head, { kind: 'stock-count', id: count.countId }, line.line),
      sku: line.sku,
      locationCode: count.locationCode,
      quantity: line.counted,
      effectiveAt: new Date(line.countedAt),
      ...(line.lot !== null && { lot: line.lot }),
      // Told also where the lot is known by now: it must be the one that was found.
      ...(line.toldLot !== null && { newLot: detailsOf(line.toldLot) }),
      ...(line.serials !== null && { serials: line.serials.found ?? [] }),
    },
  ]
}

function detailsOf({ expiresOn, manufacturedOn, supplierLot }: PrintedOnLot): LotDetails {
  return {
    expiresOn: expiresOn ?? undefined,
    manufacturedOn: manufacturedOn ?? undefined,
    supplierLot: supplierLot ?? undefined,
  }
}

type Read = {
  count: StockCount
  posted: PostedNote
  lines: StoredCountLine[]
  counters: string[]
}

async function act(
  store: DocumentStore,
  head: ActionHead,
  countId: string,
  content: readonly unknown[],
  decide: (read: Read) => DecidedAction<StockCount> | Refusal,
): Promise<DocumentOutcome<StockCount>> {
  const { organizationId } = store.context
  return await runDocumentAction(
    store,
    head,
    content,
    async (tx) => {
      const locked = isUuid(countId) ? await lockStockCount(tx, organizationId, countId) : undefined
      if (locked === undefined) return undefined
      const [lines, counters] = await Promise.all([
        findCountLines(tx, organizationId, countId),
        findCounters(tx, organizationId, countId),
      ])
      return { ...locked, lines, counters }
    },
    (read) =>
      read === undefined
        ? refuse('unknown-stock-count', 'count', `There is no stock count ${countId}.`)
        : decide(read),
  )
}

function decided(result: StockCount, write: (tx: Tx) => Promise<unknown>): DecidedAction<StockCount> {
  return { kind: 'decided', commands: [], result, write }
}
