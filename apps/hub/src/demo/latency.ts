import type { BookedOrder, BookedWebhookSend, BookedWrite } from './control.ts'

/** What one shop's books say, with the SKU of each of its stock units. */
export type ShopBooks = {
  name: string
  orders: readonly BookedOrder[]
  webhookSends: readonly BookedWebhookSend[]
  writes: readonly BookedWrite[]
  skuOfUnit: ReadonlyMap<string, string>
}

/** A stock change made over the hub's API; `atNs` is just before the client's call. */
export type ClientChange = { sku: string; atNs: bigint }

export type Samples = { ms: number[]; unanswered: number }

/** A change with another of the same item closer than this cannot be told apart from it in the books. */
const ISOLATION_NS = 400_000_000n
/** No write within this: the shop had nothing to change (it showed 0 already, or the change was undone). */
const ANSWER_NS_MAX = 10_000_000_000n

/**
 * From each change to the moment the *last* of the other shops received its new quantity, in
 * milliseconds; everything read from the shops' own books on the machine's one monotonic clock.
 * A change made over the API starts at the client's call and counts for every shop; a sale starts when
 * its shop calls the hub's webhook address and counts for the other shops.
 */
export function measureChanges(shops: readonly ShopBooks[], changes: readonly ClientChange[]): Samples {
  const happenings = [
    ...changes.map((change) => ({ ...change, shops: shops.map((shop) => shop.name) })),
    ...shops.flatMap((shop) => salesOf(shop, shops)),
  ].sort((a, b) => (a.atNs < b.atNs ? -1 : 1))
  const timesBySku = new Map<string, bigint[]>()
  for (const { sku, atNs } of happenings) timesBySku.set(sku, [...(timesBySku.get(sku) ?? []), atNs])
  const writes = new Map(shops.map((shop) => [shop.name, writesBySku(shop)]))

  const samples: Samples = { ms: [], unanswered: 0 }
  for (const happening of happenings) {
    if (!isAlone(happening, timesBySku.get(happening.sku) ?? [])) continue
    const received = happening.shops.map((name) =>
      firstAfter(writes.get(name)?.get(happening.sku) ?? [], happening.atNs),
    )
    const answered = received.filter((atNs) => atNs !== undefined)
    if (answered.length < received.length) {
      samples.unanswered += 1
      continue
    }
    samples.ms.push(Math.max(...answered.map((atNs) => Number(atNs - happening.atNs))) / 1e6)
  }
  return samples
}

/** Nearest-rank percentile; NaN-free: undefined without samples. */
export function percentile(values: readonly number[], share: number): number | undefined {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)]
}

function salesOf(shop: ShopBooks, all: readonly ShopBooks[]) {
  const called = new Map<string, bigint>()
  for (const send of shop.webhookSends) {
    if (send.orderExternalId === null || called.has(send.orderExternalId)) continue
    called.set(send.orderExternalId, BigInt(send.atNs))
  }
  const others = all.filter((each) => each.name !== shop.name).map((each) => each.name)
  return shop.orders.flatMap((order) => {
    // A sale whose webhook was lost is found by polling: its time starts at the sale itself.
    const atNs = called.get(order.externalId) ?? BigInt(order.atNs)
    return order.lines.map((line) => ({ sku: line.sku, atNs, shops: others }))
  })
}

function isAlone(happening: { atNs: bigint }, times: readonly bigint[]): boolean {
  return times.every(
    (time) =>
      time === happening.atNs || time < happening.atNs - ISOLATION_NS || time > happening.atNs + ISOLATION_NS,
  )
}

function writesBySku(shop: ShopBooks): Map<string, bigint[]> {
  const bySku = new Map<string, bigint[]>()
  for (const write of shop.writes) {
    const sku = shop.skuOfUnit.get(write.stockUnitId)
    if (sku === undefined) continue
    const times = bySku.get(sku)
    if (times === undefined) bySku.set(sku, [BigInt(write.atNs)])
    else times.push(BigInt(write.atNs))
  }
  return bySku
}

function firstAfter(times: readonly bigint[], atNs: bigint): bigint | undefined {
  const found = times.find((time) => time > atNs)
  return found !== undefined && found - atNs <= ANSWER_NS_MAX ? found : undefined
}
