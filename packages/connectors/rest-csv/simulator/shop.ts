import type { Recipient } from '@plimsoll/connector-kit'

/** "Pantry", a small platform that does not exist: its number falls when an order is paid. */

export type Item = {
  id: number
  code: string
  ean: string | null
  name: string
  price: number
  stock: number | null
}
export type OrderRow = {
  id: number
  item: number
  code: string
  name: string
  units: number
  cancelled: number
  sent: number
}
export type Order = {
  id: number
  no: string
  status: 'placed' | 'paid' | 'sent' | 'void'
  created: string
  changedAtMs: number
  version: number
  currency: string
  /** Undefined: it is fetched. */
  to: Recipient | undefined
  rows: OrderRow[]
  parcels: Map<string, string>
}

export function createPantry({ now, currency }: { now(): number; currency: string }) {
  const items = new Map<number, Item>()
  const orders = new Map<number, Order>()
  let version = 0

  const changed = (order: Order): void => {
    version += 1
    order.version = version
    order.changedAtMs = now()
  }
  const move = ({ item: id }: OrderRow, units: number): void => {
    const item = items.get(id)
    if (item !== undefined && item.stock !== null) item.stock += units
  }
  const pay = (order: Order): void => {
    if (order.status !== 'placed') return
    for (const row of order.rows) move(row, -row.units)
    order.status = 'paid'
    changed(order)
  }

  return {
    items,
    orders,
    add(item: Omit<Item, 'id'>): Item {
      const added = { ...item, id: items.size + 1 }
      items.set(added.id, added)
      return added
    },
    byCode: (code: string) => [...items.values()].find((item) => item.code === code),
    place(wanted: readonly { item: Item; units: number }[], to?: Recipient): Order {
      const id = orders.size + 1
      const order: Order = {
        id,
        no: `P-${1_000 + id}`,
        status: 'placed',
        created: new Date(now()).toISOString(),
        changedAtMs: 0,
        version: 0,
        currency,
        to,
        rows: wanted.map(({ item, units }, at) => ({
          id: id * 100 + at,
          item: item.id,
          code: item.code,
          name: item.name,
          units,
          cancelled: 0,
          sent: 0,
        })),
        parcels: new Map(),
      }
      orders.set(id, order)
      changed(order)
      return order
    },
    pay,
    cancel(order: Order): void {
      for (const row of order.rows) {
        if (order.status === 'paid') move(row, row.units - row.cancelled)
        row.cancelled = row.units
      }
      order.status = 'void'
      changed(order)
    },
    /**
     * The same reference is the same parcel.
     * @param units by row; undefined: all that is left
     * @returns undefined where more would leave than is left
     */
    send(order: Order, reference: string, units?: ReadonlyMap<number, number>): string | undefined {
      const known = order.parcels.get(reference)
      if (known !== undefined) return known
      const leaving = order.rows.map((row) => {
        const left = row.units - row.cancelled - row.sent
        return { row, left, units: units === undefined ? left : (units.get(row.id) ?? 0) }
      })
      const isThere = [...(units?.keys() ?? [])].every((id) => order.rows.some((row) => row.id === id))
      if (!isThere || leaving.some((each) => each.units > each.left)) return undefined
      pay(order)
      for (const each of leaving) each.row.sent += each.units
      if (order.rows.every((row) => row.sent === row.units - row.cancelled)) order.status = 'sent'
      const parcel = `${order.no}-${order.parcels.size + 1}`
      order.parcels.set(reference, parcel)
      changed(order)
      return parcel
    },
    changedSince: (ms: number) =>
      [...orders.values()]
        .filter((order) => order.changedAtMs >= ms)
        .sort((one, other) => one.version - other.version),
  }
}
export type Pantry = ReturnType<typeof createPantry>
