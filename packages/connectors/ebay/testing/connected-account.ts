import {
  bindContext,
  type CallRecord,
  type ChannelOperations,
  createBudgets,
  createHttp,
  type Http,
  systemClock,
} from '@plimsoll/connector-kit'
import type { ControlLevel, OrderStep, ProductSeed } from '@plimsoll/connector-kit/simulator'
import { connector } from '../index.ts'
import type { Credentials, Settings } from '../settings.ts'
import { createControl } from '../simulator/control.ts'
import { createEbaySimulator, type EbaySimulator, type EbaySimulatorOptions } from '../simulator/index.ts'

/** A simulated account with a connection to it, for tests of this folder. */
export type ConnectedAccount = {
  simulator: EbaySimulator
  operations: ChannelOperations
  calls: CallRecord[]
  http: Http
  connect(change?: { settings?: Partial<Settings>; credentials?: Partial<Credentials> }): ChannelOperations
  seed(...products: Partial<ProductSeed>[]): Promise<ControlLevel[]>
  buy(sku: string, quantity?: number): Promise<string>
  step(orderExternalId: string, step: OrderStep): Promise<void>
  quantityOf(sku: string): number | null | undefined
}

/** Runs the story and closes the account, whatever happens. */
export async function withAccount(
  options: EbaySimulatorOptions,
  story: (account: ConnectedAccount) => Promise<void>,
): Promise<void> {
  const simulator = await createEbaySimulator(options)
  const clock = options.clock ?? systemClock
  const calls: CallRecord[] = []
  const control = createControl(simulator.account, simulator.book, {
    listedWith: options.listedWith ?? 'both',
    variations: options.variations ?? 1,
  })
  const http = createHttp({
    budgets: createBudgets(connector.manifest.budgets, clock),
    clock: systemClock,
    onCall: (call) => calls.push(call),
  })
  const connect: ConnectedAccount['connect'] = ({ settings = {}, credentials = {} } = {}) =>
    connector.open(
      bindContext(connector, {
        settings: { ...simulator.settings, ...settings },
        credentials: { ...simulator.credentials, ...credentials },
        http,
        now: () => clock.now(),
        uuid: () => crypto.randomUUID(),
      }),
    )
  try {
    await story({
      simulator,
      operations: connect(),
      calls,
      http,
      connect,
      seed: async (...products) =>
        control.addProducts(
          products.map((product, at) => ({
            sku: `S-${at}`,
            title: `Thing ${at}`,
            price: 2,
            quantity: 10,
            ...product,
          })),
        ),
      async buy(sku, quantity = 1) {
        const placed = await control.placeOrder([{ sku, quantity }])
        if (placed.kind === 'refused') throw new Error(`${sku} cannot be bought`)
        return placed.externalId
      },
      async step(id, step) {
        const outcome = await control.stepOrder(id, step)
        if (outcome.kind !== 'done') throw new Error(`${step}: ${JSON.stringify(outcome)}`)
      },
      quantityOf: (sku) => levels(control).find((level) => level.sku === sku)?.quantity,
    })
  } finally {
    await simulator.close()
  }
}

function levels(control: ReturnType<typeof createControl>): ControlLevel[] {
  const found = control.levels()
  if (!Array.isArray(found)) throw new Error('the simulator answers at once')
  return found
}
