import type { ShipmentPage } from '@plimsoll/client'

type Row = ShipmentPage['rows'][number]
/** A page of what one's own people have to pack, the oldest first. */
type ReadPage = (cursor: string | undefined) => Promise<Pick<ShipmentPage, 'rows' | 'next'>>

/**
 * What is still to be packed under a number: of all of it, and not of what a screen happens to show. Two shops may have given
 * the same number.
 * @param code as scanned; a shop's leading # may be missing
 */
export async function findToPack(read: ReadPage, code: string): Promise<Row[]> {
  const found: Row[] = []
  let cursor: string | undefined
  for (;;) {
    const { rows, next } = await read(cursor)
    found.push(
      ...rows.filter(
        ({ number, cancelReason }) => cancelReason === null && (number === code || number === `#${code}`),
      ),
    )
    if (next === null) return found
    cursor = next
  }
}
