import {
  bindContext,
  type CallRecord,
  type ChannelOperations,
  type Clock,
  createBudgets,
  createHttp,
  type Http,
  type Recipient,
  systemClock,
} from '@plimsoll/connector-kit'
import type { ControlLevel, ProductSeed } from '@plimsoll/connector-kit/simulator'
import { connector } from '../index.ts'
import type { Settings } from '../settings.ts'
import { createControl } from '../simulator/control.ts'
import {
  type AmazonSimulator,
  type AmazonSimulatorOptions,
  createAmazonSimulator,
} from '../simulator/index.ts'

/** Amazon without its delays, for tests that are not about them. */
export const atOnce: AmazonSimulatorOptions = {
  applyDelayMs: [0, 0],
  feedQueueMs: 0,
  feedWorkMs: 100,
  reportMs: 50,
  orderLagMs: 0,
  visibilityMs: 50,
  summariesPerPage: 20,
}

/** A simulated account with a connection to it. */
export type ConnectedAccount = {
  simulator: AmazonSimulator
  operations: ChannelOperations
  http: Http
  calls: CallRecord[]
  seed(...products: Partial<ProductSeed>[]): Promise<ControlLevel[]>
  buy(sku: string, quantity: number, to?: Recipient): Promise<string>
  step(orderId: string, step: 'pay' | 'cancel' | 'fulfill'): Promise<void>
  /** Another process: nothing remembered. */
  again(): ChannelOperations
}

type Options = AmazonSimulatorOptions & { settings?: Partial<Settings>; limitsClock?: Clock }

/** Runs the story and closes the account, whatever happens. */
export async function withAccount(
  { settings, limitsClock, ...options }: Options,
  story: (account: ConnectedAccount) => Promise<void>,
): Promise<void> {
  const simulator = await createAmazonSimulator(options)
  const calls: CallRecord[] = []
  const now = () => (options.clock ?? systemClock).now()
  const http = createHttp({
    budgets: createBudgets(connector.manifest.budgets, limitsClock ?? systemClock),
    clock: systemClock,
    onCall: (call) => calls.push(call),
  })
  const open = () =>
    connector.open(
      bindContext(connector, {
        settings: { ...simulator.settings, ...settings },
        credentials: simulator.credentials,
        http,
        now,
        uuid: () => crypto.randomUUID(),
      }),
    )
  const control = createControl({ account: () => simulator.account, traits: simulator.traits, now })
  try {
    await story({
      simulator,
      operations: open(),
      again: open,
      http,
      calls,
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
      async step(orderId, step) {
        const outcome = await control.stepOrder(orderId, step)
        if (outcome.kind !== 'done') throw new Error(`${step}: ${outcome.kind}`)
      },
    })
  } finally {
    await simulator.close()
  }
}
