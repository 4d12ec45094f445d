import type { ReservationDetail, ReservationRow } from '@plimsoll/client'

/** One reservation from its rows: all parts of a kit stand alike, so any of them says how many kits it is. */
export function toReservation(rows: readonly [ReservationRow, ...ReservationRow[]]): ReservationDetail {
  const [first] = rows
  const own = rows.filter((row) => row.sku === first.sku)
  const sum = (field: 'reserved' | 'released' | 'shipped' | 'returned' | 'open') =>
    own.reduce((total, row) => total + row[field], 0) / first.unitsEach
  const isOneItem = own.length === rows.length
  return {
    reservationId: first.reservationId,
    sku: first.kitSku ?? (isOneItem ? first.sku : null),
    reserved: sum('reserved'),
    released: sum('released'),
    shipped: sum('shipped'),
    returned: sum('returned'),
    open: sum('open'),
    rows: [...rows],
  }
}
