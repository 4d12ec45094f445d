import type { CutoverState, Tracking } from '@plimsoll/database'

/**
 * A cut-over: open orders are imported and reserved, the source's numbers are read after them, opening stock is proposed, a person approves the differences, they
 * are applied, the connection goes live. Pure.
 *
 *   begun → orders-imported → proposed → approved → applied → live
 *
 * What is applied is the difference between two figures of one moment, the source's and the ledger's: whatever is sold
 * between that moment and the applying is on top of both, and is counted once.
 */
export type CutoverStep = 'import-orders' | 'propose' | 'approve' | 'apply' | 'renew' | 'go-live' | 'cancel'

const MAY: Readonly<Record<CutoverStep, readonly CutoverState[]>> = {
  'import-orders': ['begun', 'orders-imported'],
  propose: ['orders-imported', 'proposed'],
  approve: ['proposed'],
  apply: ['approved'],
  // What was approved is not how it is any more.
  renew: ['approved'],
  'go-live': ['applied'],
  cancel: ['begun', 'orders-imported', 'proposed', 'approved'],
}
const AFTER: Readonly<Record<CutoverStep, CutoverState>> = {
  'import-orders': 'orders-imported',
  propose: 'proposed',
  approve: 'approved',
  apply: 'applied',
  renew: 'proposed',
  'go-live': 'live',
  cancel: 'cancelled',
}
const ORDER: readonly CutoverState[] = ['begun', 'orders-imported', 'proposed', 'approved', 'applied', 'live']

/** Whether a step is to be done, was done before, or cannot be done yet. */
export function decideCutover(
  state: CutoverState,
  step: CutoverStep,
): { kind: 'do'; next: CutoverState } | { kind: 'done' } | { kind: 'refused'; message: string } {
  const next = AFTER[step]
  if (MAY[step].includes(state)) return { kind: 'do', next }
  if (state !== 'cancelled' && step !== 'cancel' && ORDER.indexOf(state) >= ORDER.indexOf(next)) {
    return { kind: 'done' }
  }
  if (state === next) return { kind: 'done' }
  return {
    kind: 'refused',
    message: `The cut-over is ${state}; ${step} comes after it is ${MAY[step].join(' or ')}.`,
  }
}

export type OpeningLine = { sku: string; locationCode: string; quantity: number }

export type ProposedLine = {
  itemId: string
  locationId: string
  proposed: number
  ledger: number
  skipped: string | null
}

const SKIPPED = {
  'virtual-kit': 'a virtual kit has no stock of its own',
  lot: 'tracked by lot: count it with its lots',
  serial: 'tracked by serial: count it with its serials',
  'counted-since': 'counted since that moment: the count is the newer truth',
  'several-listings': 'several listings of the source show it, and nobody knows whether they share it',
} as const
export type SkipCode = keyof typeof SKIPPED

/** Why a line cannot be taken over by itself; null: it can. */
export function skipReason({
  tracking,
  isVirtualKit,
  listings,
  isCountedSince,
}: {
  tracking: Tracking
  isVirtualKit: boolean
  listings: number
  isCountedSince: boolean
}): string | null {
  if (isVirtualKit) return SKIPPED['virtual-kit']
  if (tracking !== 'plain') return SKIPPED[tracking]
  if (isCountedSince) return SKIPPED['counted-since']
  return listings > 1 ? SKIPPED['several-listings'] : null
}

/** A source's figure as a line of a proposal. */
export function toProposedLine<T extends Omit<ProposedLine, 'skipped'> & Parameters<typeof skipReason>[0]>(
  figure: T,
): T & ProposedLine {
  return { ...figure, skipped: skipReason(figure) }
}

type Line = Pick<ProposedLine, 'proposed' | 'ledger' | 'skipped'>

/** What applying a line books, in base units; 0: nothing. */
export function bookingOf({ proposed, ledger, skipped }: Line): number {
  return skipped === null ? proposed - ledger : 0
}

/**
 * The places at which applying would book something else than was approved. It is the differences that were approved: while
 * a shop ships, both figures of a place fall together. A count, a receipt or an edit at the shop changes only one of them.
 */
export function changedPlaces(
  approved: readonly ProposedLine[],
  now: readonly ProposedLine[],
): ProposedLine[] {
  const placeOf = ({ itemId, locationId }: ProposedLine) => `${itemId} ${locationId}`
  const before = new Map(approved.map((line) => [placeOf(line), bookingOf(line)]))
  const after = new Map(now.map((line) => [placeOf(line), bookingOf(line)]))
  return [
    ...approved.filter((line) => bookingOf(line) !== (after.get(placeOf(line)) ?? 0)),
    ...now.filter((line) => !before.has(placeOf(line)) && bookingOf(line) !== 0),
  ]
}

/** What the keys of a cut-over's movements begin with. */
export const CUTOVER_KEYS = 'cutover:'

/** The code of a reason that was kept, for whoever says it in another language; null: it is none of these. */
export function skipCodeOf(reason: string | null): SkipCode | null {
  return skipCodes.find((code) => SKIPPED[code] === reason) ?? null
}
const skipCodes = Object.keys(SKIPPED) as SkipCode[]
