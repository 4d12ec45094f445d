import type { StockCountState } from '@plimsoll/database'
import { type Refusal, refuse } from '../errors.ts'

/**
 * A stock count: a sheet of lines that people fill in while selling goes on.
 *
 *   counting → approved → posted; an approved one that is counted again is counting
 *   counting, approved → cancelled
 *
 * Each figure is true for the moment of its counting, so what moved afterwards stays on top of it. A line that nobody
 * has counted posts nothing (I12). Plain JSON: it is also what each action answers.
 */
export type StockCount = {
  countId: string
  state: StockCountState
  locationCode: string
  scope: CountScope
  /** Whoever counts is not shown what the ledger says. */
  blind: boolean
  /** Whoever approves must have counted none of it. */
  separateApprover: boolean
  /** A difference beyond the larger of both must be counted again; null: not looked at. */
  toleranceUnits: number | null
  tolerancePercent: number | null
  reference: string | null
  startedBy: string
  startedAt: string
  approvedBy: string | null
  approvedAt: string | null
  postedAt: string | null
}

export type CountScope =
  | { kind: 'location' }
  | { kind: 'zones'; zones: string[] }
  | { kind: 'bins'; bins: string[] }
  | { kind: 'items'; skus: string[] }

/** A line of the sheet with what was counted in the round that is asked for. */
export type CountLine = {
  line: number
  sku: string
  lotId: string | null
  /** Where it is usually found. */
  zone: string | null
  bin: string | null
  round: number
  /** On hand when the sheet was made. */
  expected: number
  /** Null: not counted in this round. */
  counted: number | null
  counter: string | null
  countedAt: string | null
  /** On hand by the ledger at the moment of counting, all that is known of it by now; null: not counted. */
  ledger: number | null
  difference: number | null
}

/** A change to zero of this many lines, and more than this share of them, needs a person's word (I8). */
const ZEROS_MIN = 5
const ZEROS_SHARE = 0.2

/** Whether a difference is large enough that the line must be counted again; a second count stands. */
export function needsRecount(count: StockCount, { difference, ledger, round }: CountLine): boolean {
  const { toleranceUnits, tolerancePercent } = count
  if (difference === null || round > 1) return false
  if (toleranceUnits === null && tolerancePercent === null) return false
  const share = Math.floor((Math.abs(ledger ?? 0) * (tolerancePercent ?? 0)) / 100)
  return Math.abs(difference) > Math.max(toleranceUnits ?? 0, share)
}

/** Refuses to approve what is not finished, or by whom it may not be. */
export function findBadApproval(
  count: StockCount,
  lines: readonly CountLine[],
  counters: readonly string[],
  by: { approver: string; leavesUncounted: boolean; acceptsBeyond: boolean },
): Refusal | undefined {
  if (count.state !== 'counting') return refuseCountState(count, 'approved')
  if (count.separateApprover && counters.includes(by.approver)) {
    return refuse('count-same-person', 'approver', `${by.approver} has counted lines of this count.`)
  }
  const counted = lines.filter((line) => line.counted !== null)
  const uncounted = lines.filter((line) => line.counted === null)
  if (counted.length === 0) return refuse('count-unfinished', 'lines', 'Nothing has been counted yet.')
  if (uncounted.length > 0 && !by.leavesUncounted) {
    return refuse(
      'count-unfinished',
      'lines',
      `${uncounted.length} lines are not counted: ${named(uncounted)}.`,
    )
  }
  const beyond = counted.filter((line) => needsRecount(count, line))
  if (beyond.length > 0 && !by.acceptsBeyond) {
    return refuse(
      'count-beyond-tolerance',
      'lines',
      `${beyond.length} lines differ by more than the tolerance: ${named(beyond)}.`,
    )
  }
  return undefined
}

/** Refuses to post what was not approved, or takes many items to zero without anybody having said that it is so. */
export function findBadPosting(
  count: StockCount,
  lines: readonly CountLine[],
  confirmsZeros: boolean,
): Refusal | undefined {
  if (count.state !== 'approved') return refuseCountState(count, 'posted')
  const zeros = zerosOf(lines)
  const counted = lines.filter((line) => line.counted !== null)
  const isMany = zeros.length >= ZEROS_MIN && zeros.length > counted.length * ZEROS_SHARE
  if (!isMany || confirmsZeros) return undefined
  const units = zeros.reduce((sum, { ledger }) => sum + (ledger ?? 0), 0)
  return refuse(
    'count-zeros-unconfirmed',
    'confirmZeros',
    `${zeros.length} of ${counted.length} counted items would go to zero, ${units} units in all: ${named(zeros)}.`,
  )
}

/** Lines of which the ledger says that something is there, and of which nothing was found. */
export function zerosOf(lines: readonly CountLine[]): CountLine[] {
  return lines.filter(({ counted, ledger }) => counted === 0 && ledger !== null && ledger > 0)
}

/** What whoever counts may see: a blind count shows no figure but their own until it is approved. */
export function asSeenByCounters(
  count: StockCount,
  line: CountLine,
): Omit<CountLine, 'expected'> & { expected: number | null } {
  return isHidden(count) ? { ...line, expected: null, ledger: null, difference: null } : line
}

/** Whether figures of the ledger are kept from whoever counts. */
export function isHidden({ blind, state }: StockCount): boolean {
  return blind && state === 'counting'
}

export function refuseCountState({ state }: StockCount, wanted: string): Refusal {
  return state === 'posted'
    ? refuse('count-already-posted', 'state', 'The stock count has been posted.')
    : refuse('document-state', 'state', `The stock count cannot be ${wanted}: it is ${state}.`)
}

/** The first few, for a person. */
function named(lines: readonly CountLine[]): string {
  const shown = lines.slice(0, 5).map(({ sku }) => sku)
  return lines.length > shown.length
    ? `${shown.join(', ')} and ${lines.length - shown.length} more`
    : shown.join(', ')
}
