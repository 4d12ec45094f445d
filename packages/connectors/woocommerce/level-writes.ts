import {
  type ConnectorError,
  Invalid,
  type LevelWrite,
  Malformed,
  type WriteOutcome,
} from '@plimsoll/connector-kit'
import type { BatchRow } from './answers.ts'
import { defaultLocationId, fromStockUnitId } from './ids.ts'
import { toQuantity } from './map.ts'
import { fromTheShop, toRefusalFacts } from './refusals.ts'

/** The largest quantity we send: what a signed 32-bit database column takes, which some plugins have. */
export const quantityMax = 2_147_483_647

/** Writes that go in one call: simple products in any mix, or variations of one parent. */
export type WriteGroup = {
  /** The parent; undefined for products. */
  productId: number | undefined
  rows: { id: number; write: LevelWrite }[]
}

/** Sorts writes into calls. Those that can never be right are refused here, before anything is sent. */
export function groupWrites(
  writes: readonly LevelWrite[],
  rowsMax: number,
): { groups: WriteGroup[]; refused: WriteOutcome[] } {
  const groups: WriteGroup[] = []
  const open = new Map<number | undefined, WriteGroup>()
  const refused: WriteOutcome[] = []
  for (const write of writes) {
    const error = whyImpossible(write)
    if (error !== undefined) {
      refused.push({ writeId: write.writeId, kind: 'refused', error })
      continue
    }
    const { productId, variationId } = fromStockUnitId(write.stockUnitId)
    const key = variationId === undefined ? undefined : productId
    let group = open.get(key)
    if (group === undefined || group.rows.length >= rowsMax) {
      group = { productId: key, rows: [] }
      open.set(key, group)
      groups.push(group)
    }
    group.rows.push({ id: variationId ?? productId, write })
  }
  return { groups, refused }
}

function whyImpossible(write: LevelWrite): ConnectorError | undefined {
  if (!Number.isSafeInteger(write.quantity) || write.quantity < 0 || write.quantity > quantityMax) {
    return new Invalid(`${write.quantity} is no quantity: 0 to ${quantityMax}`, 'quantity')
  }
  if (write.locationId !== defaultLocationId) {
    return new Invalid(`A WooCommerce shop has one location, "${defaultLocationId}"`, 'locationId')
  }
  try {
    fromStockUnitId(write.stockUnitId)
    return undefined
  } catch (error) {
    if (error instanceof Invalid) return error
    throw error
  }
}

/**
 * What became of a call, row by row in the order they were sent.
 * @throws Malformed when the rows are not those that were sent: then it is unknown what became of any of them
 */
export function toOutcomes(group: WriteGroup, rows: readonly BatchRow[]): WriteOutcome[] {
  return group.rows.map(({ id, write }, index) => {
    const row = rows[index]
    if (row === undefined || row.id !== id || rows.length !== group.rows.length) {
      throw new Malformed('setQuantities: the answer has other rows than the request', JSON.stringify(rows))
    }
    return toOutcome(write, row)
  })
}

/**
 * What became of one write, by the row that the shop echoes. The echo decides: the shop answers 200 and leaves the
 * quantity as it was where it does not count the product.
 */
export function toOutcome(write: LevelWrite, row: BatchRow): WriteOutcome {
  const { writeId } = write
  const refuse = (error: ConnectorError): WriteOutcome => ({ writeId, kind: 'refused', error })
  if ('error' in row) {
    const refusal = toRefusalFacts(row.error)
    if (refusal === undefined) return refuse(new Malformed('An error without a code', JSON.stringify(row)))
    return refuse(fromTheShop(refusal.status ?? 400, refusal, `setQuantities of ${write.stockUnitId}`))
  }
  if (row.manage_stock === 'parent') {
    return refuse(
      new Invalid(
        `The shop now counts ${write.stockUnitId} with its parent. Import this shop's listings again.`,
        'stockUnitId',
      ),
    )
  }
  const quantity = toQuantity(row.stock_quantity)
  if (row.manage_stock === false || quantity === undefined) {
    return refuse(
      new Invalid(
        `The shop does not count ${write.stockUnitId}. Tick "Track stock quantity" on the product's inventory tab, and "Enable stock management" in the shop's settings.`,
        'manage_stock',
      ),
    )
  }
  return { writeId, kind: 'applied', quantity }
}
