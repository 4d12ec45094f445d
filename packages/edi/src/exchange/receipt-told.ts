import type { WarehouseReceipt } from '@plimsoll/connector-kit'
import type { ReceiptAdvice } from '../documents.ts'
import type { Keyed } from './stock-told.ts'

/**
 * What was taken in of one delivery so far: every receipt of it that the warehouse wrote. One that is written again under
 * its number replaces what it said before.
 */
export function decideReceipt(
  receipts: readonly Keyed<ReceiptAdvice>[],
  terms: { inboundId: string | undefined; locationId: string },
): WarehouseReceipt {
  const ordered = receipts.toSorted(
    (one, other) =>
      one.document.receivedAt.getTime() - other.document.receivedAt.getTime() ||
      (one.key < other.key ? -1 : 1),
  )
  const byNumber = new Map(ordered.map(({ document }) => [document.receiptNumber, document]))
  const [first] = byNumber.values()
  return {
    externalId: first?.reference ?? first?.receiptNumber ?? '',
    inboundId: terms.inboundId,
    version: receipts.length,
    locationId: first?.locationId ?? terms.locationId,
    isComplete: [...byNumber.values()].some(({ isComplete }) => isComplete),
    lines: [...byNumber.values()].flatMap((receipt) =>
      receipt.lines
        .map((line, at) => ({
          externalId: `${receipt.receiptNumber}/${at + 1}`,
          sku: line.sku,
          quantity: line.quantity,
          condition: line.condition,
          lot: line.lot,
          expiresOn: line.expiresOn,
          serials: [],
          receivedAt: receipt.receivedAt,
        }))
        .filter(({ quantity }) => quantity > 0),
    ),
  }
}
