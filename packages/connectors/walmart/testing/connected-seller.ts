import {
  bindContext,
  type CallRecord,
  type ChannelOperations,
  type Clock,
  createBudgets,
  createHttp,
  systemClock,
} from '@plimsoll/connector-kit'
import { connector } from '../index.ts'
import {
  createWalmartSimulator,
  type WalmartSimulator,
  type WalmartSimulatorOptions,
} from '../simulator/index.ts'

export type ConnectedSeller = {
  simulator: WalmartSimulator
  operations: ChannelOperations
  calls: CallRecord[]
  /** Adds items with so many units at the first fulfilment centre. */
  seed(units: Readonly<Record<string, number>>): Promise<void>
  /** A shopper's order; its external id. */
  buy(lines: Readonly<Record<string, number>>): Promise<string>
  step(orderId: string, step: 'cancel' | 'fulfill' | 'refund'): Promise<void>
  /** Another process: budgets and tokens of its own. */
  reconnect(): ConnectedSeller
}

/** Runs the story with a seller that is connected, and closes it. */
export async function withSeller(
  options: WalmartSimulatorOptions & { wfs?: boolean },
  story: (seller: ConnectedSeller) => Promise<void>,
): Promise<void> {
  const simulator = await createWalmartSimulator(options)
  try {
    await story(connect(simulator, options))
  } finally {
    await simulator.close()
  }
}

function connect(simulator: WalmartSimulator, options: { clock?: Clock; wfs?: boolean }): ConnectedSeller {
  const { clock = systemClock, wfs = true } = options
  const calls: CallRecord[] = []
  let uuids = 0
  const context = bindContext(connector, {
    settings: { ...simulator.settings, wfs },
    credentials: simulator.credentials,
    http: createHttp({
      budgets: createBudgets(connector.manifest.budgets, clock),
      // A call takes real time, whatever the simulated clock says.
      clock: systemClock,
      onCall: (call) => calls.push(call),
    }),
    now: () => clock.now(),
    uuid() {
      uuids += 1
      return `uuid-${uuids}`
    },
  })
  const control = async (path: string, body?: unknown): Promise<unknown> => {
    const answer = await context.http.send({
      operation: 'control',
      method: 'POST',
      url: `${simulator.url}/_control${path}`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body ?? {}),
    })
    if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${answer.text}`)
    return JSON.parse(answer.text)
  }
  return {
    simulator,
    calls,
    reconnect: () => connect(simulator, options),
    operations: connector.open(context),
    async seed(units) {
      const products = Object.entries(units).map(([sku, quantity]) => ({
        sku,
        title: sku,
        price: 5,
        quantity,
      }))
      await control('/products', products)
    },
    async buy(lines) {
      const basket = Object.entries(lines).map(([sku, quantity]) => ({ sku, quantity }))
      const placed = await control('/orders', { lines: basket })
      return (placed as { externalId: string }).externalId
    },
    async step(orderId, step) {
      await control(`/orders/${orderId}/${step}`)
    },
  }
}
