import {
  bindContext,
  type ChannelOperations,
  createBudgets,
  createHttp,
  type Recipient,
  systemClock,
} from '@plimsoll/connector-kit'
import type { ControlLevel, ProductSeed } from '@plimsoll/connector-kit/simulator'
import { connector } from '../index.ts'
import { createControl } from '../simulator/control.ts'
import {
  createShopifySimulator,
  type ShopifySimulator,
  type ShopifySimulatorOptions,
} from '../simulator/index.ts'

/** A simulated shop with a connection to it, for tests of this folder. */
export type ConnectedShop = {
  simulator: ShopifySimulator
  operations: ChannelOperations
  seed(...products: Partial<ProductSeed>[]): Promise<ControlLevel[]>
  buy(sku: string, quantity: number, to?: Recipient): Promise<string>
  /** GraphQL requests and token requests so far, by operation. */
  calls: string[]
  /** What was asked in GraphQL. */
  requests: { query: string; variables: Record<string, unknown> }[]
}

/** Runs the story and closes the shop, whatever happens. */
export async function withShop(
  options: ShopifySimulatorOptions & {
    signIn?: 'token' | 'client'
    fulfillmentService?: string
    sentUnpaid?: string
  },
  story: (shop: ConnectedShop) => Promise<void>,
): Promise<void> {
  const simulator = await createShopifySimulator(options)
  const calls: string[] = []
  const requests: ConnectedShop['requests'] = []
  const http = createHttp({
    budgets: createBudgets(connector.manifest.budgets, systemClock),
    clock: systemClock,
    onCall: (call) => calls.push(call.operation),
  })
  try {
    const operations = connector.open(
      bindContext(connector, {
        settings: {
          ...simulator.settings,
          ...(options.fulfillmentService !== undefined && { fulfillmentService: options.fulfillmentService }),
          ...(options.sentUnpaid !== undefined && { sentUnpaid: options.sentUnpaid }),
        },
        credentials: options.signIn === 'client' ? simulator.clientCredentials : simulator.credentials,
        http: {
          ...http,
          async send(request) {
            if (request.url.endsWith('/graphql.json')) requests.push(JSON.parse(String(request.body)))
            return await http.send(request)
          },
        },
        now: () => (options.clock ?? systemClock).now(),
        uuid: () => crypto.randomUUID(),
      }),
    )
    const control = createControl(simulator.shop, { paidAtCheckout: options.paidAtCheckout ?? true })
    await story({
      simulator,
      operations,
      calls,
      requests,
      seed: async (...products) =>
        control.addProducts(
          products.map((product, at) => ({
            sku: `S-${at}`,
            title: 'Thing',
            price: 1,
            quantity: 10,
            ...product,
          })),
        ),
      async buy(sku, quantity, to) {
        const placed = await control.placeOrder([{ sku, quantity }], to)
        if (placed.kind === 'refused') throw new Error(`${sku} is out of stock`)
        return placed.externalId
      },
    })
  } finally {
    await simulator.close()
  }
}
