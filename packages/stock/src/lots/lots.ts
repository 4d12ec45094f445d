import type { LotStatus } from '@plimsoll/database'
import { type Refusal, refuse } from '../errors.ts'

/** A batch of one item. Days are texts such as `2026-05-01`, compared as such: a day has no time of its own. */
export type Lot = {
  lotId: string
  itemId: string
  code: string
  /** The last day on which it may leave; null: it does not expire. */
  expiresOn: string | null
  manufacturedOn: string | null
  supplierLot: string | null
  status: LotStatus
  createdAt: Date
}

/** What is printed on a lot; undefined: not told. */
export type LotDetails = {
  expiresOn?: string | undefined
  manufacturedOn?: string | undefined
  supplierLot?: string | undefined
}

/** Why nothing of a lot may leave. */
export type LotBlock = 'lot-expired' | 'lot-quarantined' | 'lot-recalled'

/** The worst first: a recalled lot that has expired too is recalled. */
export function findBlock(lot: Pick<Lot, 'status' | 'expiresOn'>, today: string): LotBlock | undefined {
  if (lot.status === 'recalled') return 'lot-recalled'
  if (lot.status === 'quarantined') return 'lot-quarantined'
  return lot.expiresOn !== null && lot.expiresOn < today ? 'lot-expired' : undefined
}

/** True when units of the lot may be promised to somebody who wants them to last so many days from today. */
export function isUsable(
  lot: Pick<Lot, 'status' | 'expiresOn'>,
  today: string,
  minShelfLifeDays: number,
): boolean {
  if (findBlock(lot, today) !== undefined) return false
  return lot.expiresOn === null || daysBetween(today, lot.expiresOn) >= minShelfLifeDays
}

/** The refusal of a lot that a command names, or undefined where it may be used. */
export function refuseLot(
  lot: Lot,
  today: string,
  minShelfLifeDays: number,
  field = 'lot',
): Refusal | undefined {
  const block = findBlock(lot, today)
  switch (block) {
    case 'lot-recalled':
      return refuse(block, field, `The lot "${lot.code}" is recalled.`)
    case 'lot-quarantined':
      return refuse(block, field, `The lot "${lot.code}" is in quarantine.`)
    case 'lot-expired':
      return refuse(block, field, `The lot "${lot.code}" expired on ${lot.expiresOn}; it is ${today} there.`)
    case undefined:
      break
    default: {
      const never: never = block
      return never
    }
  }
  if (isUsable(lot, today, minShelfLifeDays)) return undefined
  const left = daysBetween(today, lot.expiresOn ?? today)
  return refuse(
    'lot-shelf-life',
    field,
    `The lot "${lot.code}" has ${left} days left until ${lot.expiresOn}, and ${minShelfLifeDays} are asked for.`,
  )
}

/** Refuses dates that are none, or that cannot be those of one lot, and a supplier's lot that nothing is called. */
export function findBadDetails(details: LotDetails): Refusal | undefined {
  for (const field of ['expiresOn', 'manufacturedOn'] as const) {
    const day = details[field]
    if (day !== undefined && !isDay(day)) {
      return refuse('lot-day-invalid', field, `"${day}" is no day of the calendar.`)
    }
  }
  const { expiresOn, manufacturedOn, supplierLot } = details
  if (supplierLot !== undefined && (supplierLot === '' || supplierLot.length > 100)) {
    return refuse('lot-code-invalid', 'supplierLot', `"${supplierLot}" is no supplier’s lot.`)
  }
  if (expiresOn !== undefined && manufacturedOn !== undefined && expiresOn < manufacturedOn) {
    return refuse(
      'lot-day-invalid',
      'expiresOn',
      `A lot made on ${manufacturedOn} cannot have expired on ${expiresOn}.`,
    )
  }
  return undefined
}

/** A known lot must be the one that is described: two lots under one code would end as one count. */
export function findDifference(lot: Lot, details: LotDetails): Refusal | undefined {
  for (const field of ['expiresOn', 'manufacturedOn', 'supplierLot'] as const) {
    const told = details[field]
    if (told !== undefined && told !== lot[field]) {
      return refuse('lot-differs', field, `The lot "${lot.code}" is known with ${lot[field] ?? 'none'}.`)
    }
  }
  return undefined
}

/** A code as it is kept and compared, or undefined for what no lot can be called. */
export function toLotCode(text: string): string | undefined {
  const code = text.trim()
  return code === '' || code.length > 100 ? undefined : code
}

/**
 * The day that it is at a place.
 * @param timeZone IANA name, such as `Europe/Berlin`
 */
export function dayAt(instant: Date, timeZone: string): string {
  let format = formats.get(timeZone)
  if (format === undefined) {
    // This locale writes days as ISO 8601 does.
    format = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' })
    formats.set(timeZone, format)
  }
  return format.format(instant)
}

// Made once per zone: making one takes longer than a whole decision.
const formats = new Map<string, Intl.DateTimeFormat>()

export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / MS_PER_DAY)
}

const MS_PER_DAY = 24 * 60 * 60 * 1000

/** True for a day that there is: not for 30 February. */
function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const at = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().slice(0, 10) === text && text >= '0001-01-01'
}
