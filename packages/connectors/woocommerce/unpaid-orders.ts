import { Forbidden, NotFound } from '@plimsoll/connector-kit'
import type { WooOrder } from './answers.ts'
import type { WooApi } from './api.ts'

/**
 * How long the shop keeps an unpaid order's units from others (`ReserveStock.php`, read 2026-11): only what a checkout
 * made, as long as _Hold stock (minutes)_ says, ten minutes while it is a draft. Staff's orders, those of programs, and
 * one that has become unpaid again have no hold. The hub shows such units on top of its promise while they are surely
 * held, no longer: `isHeld` ends a little before the shop's own hold, and `due` says what must be told again.
 */
export type UnpaidOrders = {
  /** @param at the shop's clock, or ours */
  isHeld(order: WooOrder, at: Date, signal?: AbortSignal | undefined): Promise<boolean>
  /**
   * Orders to be told anew although nothing has changed of them: `all` that are unpaid, since nothing is known of what was told
   * of them before; or those whose hold ends by now.
   */
  due(at: Date): 'all' | number[]
  /** All that are unpaid were told. */
  noteAll(): void
}

const byCheckout = new Set(['checkout', 'store-api'])
const draftMinutes = 10
/** Holds count as over so long before they are: the list is read, and the number lowered, in this time. */
const earlyMs = 3 * 60_000
/** The setting is read again after this: a person may change it. */
const settingMs = 10 * 60_000

export function createUnpaidOrders(api: WooApi): UnpaidOrders {
  let setting: { minutes: number; readAtMs: number } | undefined
  let areKnown = false
  /** When holds that were told end for us. */
  const ends = new Map<number, number>()
  /** Were seen in another status: what took their units, or failed, has ended their hold. */
  const wereMore = new RecentIds()

  const holdMinutes = async (atMs: number, signal: AbortSignal | undefined): Promise<number> => {
    if (setting === undefined || Math.abs(atMs - setting.readAtMs) >= settingMs)
      setting = { minutes: await readHoldMinutes(api, signal), readAtMs: atMs }
    return setting.minutes
  }

  return {
    async isHeld(order, at, signal) {
      const isDraft = order.status === 'checkout-draft'
      ends.delete(order.id)
      if (order.status !== 'pending' && !isDraft) wereMore.add(order.id)
      if (wereMore.has(order.id) || !byCheckout.has(order.created_via ?? '')) return false
      const minutes = await holdMinutes(at.getTime(), signal)
      const ownMinutes = isDraft ? Math.min(minutes, draftMinutes) : minutes
      const endMs = new Date(`${order.date_created_gmt}Z`).getTime() + ownMinutes * 60_000 - earlyMs
      if (!(at.getTime() < endMs)) return false
      ends.set(order.id, endMs)
      return true
    },
    due(at) {
      if (!areKnown) return 'all'
      return [...ends].filter(([, endMs]) => endMs <= at.getTime()).map(([id]) => id)
    },
    noteAll() {
      areKnown = true
    },
  }
}

const recentMax = 10_000

/** The last few thousand: holds are short. */
class RecentIds {
  readonly #ids = new Set<number>()

  has(id: number): boolean {
    return this.#ids.has(id)
  }

  add(id: number): void {
    this.#ids.delete(id)
    this.#ids.add(id)
    const [oldest] = this.#ids
    if (this.#ids.size > recentMax && oldest !== undefined) this.#ids.delete(oldest)
  }
}

/** 0: nothing is held, or it cannot be told. */
async function readHoldMinutes(api: WooApi, signal: AbortSignal | undefined): Promise<number> {
  try {
    const { data } = await api.productSettings({ signal })
    const value = (id: string) => data.find((one) => one.id === id)?.value
    if (value('woocommerce_manage_stock') === 'no') return 0
    const minutes = Number(value('woocommerce_hold_stock_minutes') ?? 0)
    return Number.isSafeInteger(minutes) && minutes > 0 ? minutes : 0
  } catch (error) {
    // The key's user may not see settings, or this old shop has no such list: then nobody can say.
    if (error instanceof Forbidden || error instanceof NotFound) return 0
    throw error
  }
}
