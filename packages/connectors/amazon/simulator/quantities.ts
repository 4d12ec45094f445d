import { z } from 'zod'
import { OWN_STOCK } from '../ids.ts'
import type { Account, Listing } from './account.ts'
import type { Traits } from './traits.ts'

/** What is said of a listing's stock, whether by PATCH or by a row of a feed, and what becomes of it. */

const channel = z.looseObject({ fulfillment_channel_code: z.unknown() })
const patch = z.object({
  op: z.enum(['add', 'replace', 'merge', 'delete']),
  path: z.string(),
  value: z.array(z.looseObject({})).optional(),
})
export const patches = z.array(patch).min(1)
export type Patches = z.infer<typeof patches>

export type Issue = { code: string; message: string; severity: 'ERROR'; attribute: string }

const PATH = '/attributes/fulfillment_availability'
const QUANTITY_MAX = 999_999

const wrong = (message: string): Issue => ({
  code: '99022',
  message,
  severity: 'ERROR',
  attribute: 'fulfillment_availability',
})

type Change = { quantity?: number | null; leadTimeDays?: number; replaces: boolean; deletes: boolean }

/** @returns the change, or what is wrong with it */
export function readChange(given: Patches): Change | Issue[] {
  const issues: Issue[] = []
  const change: Change = { replaces: false, deletes: false }
  for (const { op, path, value = [] } of given) {
    // Other attributes are no stock, and are taken as they are.
    if (path !== PATH) continue
    change.replaces ||= op === 'replace' || op === 'add'
    for (const one of value) {
      const code = channel.parse(one).fulfillment_channel_code
      if (typeof code !== 'string' || code === '') {
        issues.push(wrong("The attribute 'fulfillment_availability.fulfillment_channel_code' is required."))
        continue
      }
      if (code !== OWN_STOCK) continue
      if (op === 'delete') {
        change.deletes = true
        continue
      }
      const { quantity, lead_time_to_ship_max_days: days } = one
      if (quantity !== undefined) {
        if (!isQuantity(quantity))
          issues.push(wrong(`The value '${String(quantity)}' of 'quantity' is invalid.`))
        else change.quantity = quantity
      }
      if (typeof days === 'number') change.leadTimeDays = days
    }
  }
  return issues.length > 0 ? issues : change
}

function isQuantity(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= QUANTITY_MAX
}

export type Applied = (applied: {
  listing: Listing
  quantity: number
  before: number | null
  /** Where it showed as it was received; undefined: it shows now. */
  receivedAtNs: string | undefined
}) => void

/**
 * Takes a change: what was submitted shows at once, what is sold from only after a while.
 * @param appliesAt by the simulator's clock
 */
export function submit(
  account: Account,
  listing: Listing,
  change: Change,
  {
    appliesAt,
    receivedAtNs,
    onApplied,
  }: { appliesAt: number; receivedAtNs: string | undefined; onApplied: Applied },
): void {
  if (change.replaces) listing.leadTimeDays = undefined
  if (change.leadTimeDays !== undefined) listing.leadTimeDays = change.leadTimeDays
  if (change.deletes) {
    listing.quantity = undefined
    listing.submitted = undefined
    return
  }
  const { quantity } = change
  if (quantity === undefined || quantity === null) return
  listing.submitted = quantity
  account.schedule(appliesAt, () => {
    const before = listing.quantity ?? null
    listing.quantity = quantity
    listing.updatedAt = appliesAt
    onApplied({ listing, quantity, before, receivedAtNs })
  })
}

/** What there is to say about a SKU that there is not. */
export function aboutUnknown(sku: string, traits: Traits): Issue[] {
  if (traits.unknownSkus === 'accepted') return []
  return [
    {
      code: '4000003',
      message: `The SKU '${sku}' does not exist in the Amazon catalog.`,
      severity: 'ERROR',
      attribute: 'sku',
    },
  ]
}
