import type { SimulatorOptions, WarehousePace } from '@plimsoll/connector-kit/simulator'
import { type Limit, limits } from '../limits.ts'

/** What the account, and Amazon behind it, are like. May change while it runs. */
export type Traits = {
  /** The shop's name. */
  name: string
  sellerId: string
  marketplaces: string[]
  /** From taking a quantity to showing it: at random between the two. */
  applyDelayMs: readonly [number, number]
  /** How long a feed waits in line, and how long it is worked on. */
  feedQueueMs: number
  feedWorkMs: number
  reportMs: number
  /** Orders changed later than that before the request are not listed. */
  orderLagMs: number
  /** How long an order's payment is pending; `paid`: until the control API says so. */
  pendingMs: number | 'until-paid'
  /** How long a received message is hidden. */
  visibilityMs: number
  /** Of the units of an FBA summary page. */
  summariesPerPage: number
  summaryTokenMs: number
  /** Orders of Multi-Channel Fulfilment on a page of their list. */
  sendingPerPage: number
  /** Who carries all of them; undefined: whoever the floor gives them to. */
  carrier: string | undefined
  /** What happens to quantities for a SKU that there is not: Amazon takes them without a word. */
  unknownSkus: 'accepted' | 'invalid'
  /** Documents come packed. */
  gzip: boolean
  /** In which encoding reports are written; `utf-8` or `latin1`. */
  reportEncoding: 'utf-8' | 'latin1'
  /** The roles that the application lacks: their operations answer 403. */
  missingRoles: readonly ('listings' | 'orders' | 'stock' | 'account' | 'buyers')[]
  /** Limits of single operations that are not the published ones. */
  limits: Readonly<Record<string, { rate?: number; burst?: number }>>
  /** Factor on all bursts: for tests that open many connections, each with budgets of its own. */
  burstFactor: number
  /** Whether the queue has been subscribed to already. */
  isSubscribed: boolean
}

export type AmazonSimulatorOptions = SimulatorOptions &
  Partial<Traits> & {
    colour?: string
    currency?: string
    /** Amazon's floor works by itself at this pace; people do unless given. */
    pace?: WarehousePace
  }

export const defaultTraits: Traits = {
  name: 'Harbour Goods on Amazon',
  sellerId: 'A3PLIMSOLLSIM',
  marketplaces: ['ATVPDKIKX0DER'],
  applyDelayMs: [2_000, 60_000],
  feedQueueMs: 30_000,
  feedWorkMs: 60_000,
  reportMs: 60_000,
  orderLagMs: 120_000,
  pendingMs: 0,
  visibilityMs: 30_000,
  summariesPerPage: 50,
  summaryTokenMs: 30_000,
  sendingPerPage: 50,
  carrier: undefined,
  unknownSkus: 'accepted',
  gzip: true,
  reportEncoding: 'utf-8',
  missingRoles: [],
  limits: {},
  burstFactor: 1,
  isSubscribed: true,
}

export function toTraits(options: AmazonSimulatorOptions): Traits {
  const names = Object.keys(defaultTraits) as (keyof Traits)[] // its own keys
  const given = names.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]]))
  return { ...defaultTraits, ...Object.fromEntries(given) }
}

/** Amazon's own buckets: one for each operation of the account. */
export function createRates(traits: Traits, now: () => number) {
  const levels = new Map<string, { level: number; at: number }>()
  const limitOf = (name: string): Pick<Limit, 'rate' | 'burst'> => {
    const published = limits.find((limit) => limit.name === name)
    const own = traits.limits[name]
    return {
      rate: own?.rate ?? published?.rate ?? 1,
      burst: (own?.burst ?? published?.burst ?? 5) * traits.burstFactor,
    }
  }
  return {
    rateOf: (name: string) => limitOf(name).rate,
    /** @returns false where the request is one too many */
    take(name: string): boolean {
      const { rate, burst } = limitOf(name)
      const at = now()
      const known = levels.get(name) ?? { level: burst, at }
      const level = Math.min(burst, known.level + ((at - known.at) / 1_000) * rate)
      // Refilling in steps loses a little each time; a billionth of a token is no token.
      const isAllowed = level + 1e-9 >= 1
      levels.set(name, { level: isAllowed ? level - 1 : level, at })
      return isAllowed
    },
  }
}
export type Rates = ReturnType<typeof createRates>
