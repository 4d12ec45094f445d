import { type ManualClock, manualClock, type WriteOutcome } from '@plimsoll/connector-kit'
import { expect, test } from 'vitest'
import { operationsIn } from './bulk-writes.ts'
import {
  createMagentoSimulator,
  type MagentoSimulator,
  type MagentoSimulatorOptions,
} from './simulator/index.ts'
import { connect } from './testing/connect.ts'

const skus = Array.from({ length: 30 }, (_, at) => `SKU ${at}/${at}`)

async function withQueue(
  options: MagentoSimulatorOptions,
  story: (world: {
    simulator: MagentoSimulator
    clock: ManualClock
    /** Raises all to this. */
    raise(quantity: number): Promise<WriteOutcome[]>
    /** What the tickets say, each kind once. */
    told(outcomes: readonly WriteOutcome[]): Promise<unknown[]>
  }) => Promise<void>,
): Promise<void> {
  const clock = manualClock()
  const simulator = await createMagentoSimulator({ bulkDelayMs: 60_000, ...options, clock })
  try {
    for (const sku of skus) {
      simulator.shop.catalogue.add({ sku, singleQty: 10 })
      simulator.shop.stock.save({ sku, source: 'default', quantity: 10, status: 1 })
    }
    const { operations } = connect(simulator, { settings: { asynchronousIncreases: true }, clock })
    await story({
      simulator,
      clock,
      raise: (quantity) =>
        operations.setLevels(
          skus.map((sku) => ({
            writeId: sku,
            stockUnitId: sku,
            locationId: 'default',
            quantity,
            expected: undefined,
          })),
          { urgency: 'increase' },
        ),
      async told(outcomes) {
        const tickets = outcomes.flatMap((outcome) => (outcome.kind === 'accepted' ? [outcome.ticket] : []))
        const rows = (await operations.outcomes?.(tickets)) ?? []
        expect(rows.map(({ ticket }) => ticket).toSorted()).toEqual(tickets.toSorted())
        return [
          ...new Set(rows.map((row) => (row.kind === 'applied' ? `applied ${row.quantity}` : row.kind))),
        ]
      },
    })
  } finally {
    await simulator.close()
  }
}

test.each([true, false])(
  'many raised quantities wait in the queue until its consumer comes (many sources: %s)',
  (multiSource) =>
    withQueue({ multiSource }, async ({ simulator, clock, raise, told }) => {
      const outcomes = await raise(14)
      expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['accepted']))
      expect(await told(outcomes)).toEqual(['accepted'])
      await clock.advance(60_000)
      expect(await told(outcomes)).toEqual(['applied 14'])
      for (const sku of skus) {
        const { shop } = simulator
        expect(
          multiSource ? shop.stock.item(sku, 'default')?.quantity : shop.catalogue.bySku(sku)?.singleQty,
        ).toBe(14)
      }
    }),
)

test('nobody has started the consumer: the rows stay open, and act whenever it is started', () =>
  withQueue({ isQueueStuck: true }, async ({ simulator, clock, raise, told }) => {
    const outcomes = await raise(14)
    await clock.advance(23 * 3_600_000)
    expect(await told(outcomes)).toEqual(['accepted'])
    simulator.site.isQueueStuck = false
    expect(await told(outcomes)).toEqual(['applied 14'])
  }))

test('a row that failed in a way that may pass waits again, one that the shop minds is refused', () =>
  withQueue({ checksSkus: true }, async ({ simulator, clock, raise, told }) => {
    const outcomes = await raise(14)
    simulator.bulks.failNext(1)
    const product = simulator.shop.catalogue.bySku(skus[1] ?? '')
    if (product !== undefined) simulator.shop.catalogue.remove(product)
    await clock.advance(60_000)
    expect(await told(outcomes.slice(0, 1))).toEqual(['untouched'])
    expect(await told(outcomes.slice(1, 2))).toEqual(['refused'])
    expect(await told(outcomes.slice(2))).toEqual(['applied 14'])
  }))

test('a shop without the modules for it: raised quantities are written directly', () =>
  withQueue({ hasBulks: false }, async ({ raise }) => {
    const outcomes = await raise(14)
    expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['applied']))
  }))

test('operations are told apart by the request that is kept with each: their numbers say nothing', () => {
  const kept = (sku: string, source: string) =>
    JSON.stringify({
      entity_id: null,
      entity_link: '',
      meta_information: JSON.stringify({
        sourceItems: [{ sku, source_code: source, quantity: 1, status: 1 }],
      }),
    })
  const row = { status: 1, result_message: null }
  const found = operationsIn({
    operations_list: [
      { ...row, status: 3, serialized_data: kept('B', 'default') },
      { ...row, serialized_data: kept('A', 'default') },
      { ...row, serialized_data: '{"meta_information":"cut o' },
      { ...row, serialized_data: null },
    ],
  })
  expect([...found].map(([name, { status }]) => [name, status])).toEqual([
    ['b\ndefault', 3],
    ['a\ndefault', 1],
  ])
})
