import { listConnectorIds, loadConnectors, loadSimulator } from '@plimsoll/connectors'

/** A channel that the demo's brand sells on. */
export type DemoChannel = {
  connector: string
  /** Of the brand's shop there. */
  name: string
  /** Of its simulator, as `plimsoll simulate --option` takes them. */
  options: readonly string[]
  /** How often orders are polled, in case a push was lost; undefined: as the hub does by itself. */
  ordersPollMs: number | undefined
  /** How late, by its manifest, a change may be shown there where no answer is lost: see `declaredDelayMs`. */
  usualMs: number
  /** And where one is. */
  delayMs: number
}

export const DEFAULT_CHANNELS = ['shopify', 'woocommerce'] as const

type Particulars = Partial<Pick<DemoChannel, 'name' | 'options' | 'ordersPollMs'>>

const PARTICULARS: Readonly<Record<string, Particulars>> = {
  shopify: {
    name: 'Harbour & Co. (Shopify)',
    // A brand with several orders a second is on Shopify Plus: 1,000 points a second.
    options: ['bucket={"capacity":20000,"restoreRate":1000}'],
    // Every order read costs points that writes need too.
    ordersPollMs: 10_000,
  },
  // It has no rate limit.
  woocommerce: { name: 'Little Harbour (WooCommerce)', ordersPollMs: 1_000 },
  // Nothing tells that an order was shipped there by hand, which offers its units again: half of its limit goes into asking.
  walmart: { ordersPollMs: 2_000 },
}

/** How often the brand asks a channel for orders; undefined: as often as the hub does by itself. */
export const pollMsOf = (connector: string): number | undefined => PARTICULARS[connector]?.ordersPollMs

/** As the hub polls where a connection says nothing. */
const ORDERS_POLL_MS = 15_000

/**
 * @param ids connectors' ids, each once
 * @throws UnknownChannel where there is no such connector, or it has no simulator
 */
export async function toChannels(ids: readonly string[]): Promise<DemoChannel[]> {
  const connectors = await loadConnectors()
  return await Promise.all(
    ids.map(async (id) => {
      const connector = connectors.get(id)
      if (connector === undefined || (await loadSimulator(id)) === undefined) {
        throw new UnknownChannel(id, await listSimulated())
      }
      const own = PARTICULARS[id] ?? {}
      const { manifest } = connector
      return {
        connector: id,
        name: own.name ?? `Harbour & Co. (${manifest.name})`,
        options: own.options ?? [],
        ordersPollMs: own.ordersPollMs,
        ...declaredDelayMs(manifest.capabilities, own.ordersPollMs ?? ORDERS_POLL_MS),
      }
    }),
  )
}

async function listSimulated(): Promise<string[]> {
  const ids = listConnectorIds()
  const found = await Promise.all(ids.map((id) => loadSimulator(id)))
  return ids.filter((_, nth) => found[nth] !== undefined)
}

export class UnknownChannel extends Error {
  constructor(id: string, known: readonly string[]) {
    super(`There is no simulated channel "${id}"; there are: ${known.join(', ')}.`)
    this.name = 'UnknownChannel'
  }
}

type Delays = {
  visibilityLagMs: number
  latestEffectMs: number
  tickets?: { askEveryMs: number; increasesOnly?: true }
}

/**
 * From a sale to the moment when this platform must show what is left, by what it declares and how often it is asked. A
 * sale whose push was lost is found by the next poll once its list shows it, and a raise waits until that list is
 * complete; a feed is asked about once in a while. A request whose answer was lost may take effect late, and is read back
 * and written again after that.
 */
export function declaredDelayMs(
  { visibilityLagMs, latestEffectMs, tickets }: Delays,
  ordersPollMs: number,
): Pick<DemoChannel, 'usualMs' | 'delayMs'> {
  const usualMs = ordersPollMs + 2 * visibilityLagMs + 2 * (tickets?.askEveryMs ?? 0)
  return { usualMs, delayMs: usualMs + 2 * latestEffectMs }
}
