import type { ChannelOperations, LevelKey, LevelWrite, Page } from '@plimsoll/connector-kit'
import {
  expectClosedError,
  expectSoundLevel,
  expectSoundListing,
  expectSoundLocation,
  expectSoundOrder,
  expectSoundOutcomes,
  expectSoundPage,
  expectSoundRecipient,
  fromEnvironment,
  spoiltText,
  spoiltValue,
} from '@plimsoll/connector-kit/conformance'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type Exchange, type RandomShop, startRandomShop } from './testing/random-shop.ts'

/**
 * The connector against whatever a shop may answer, made of the facts in `testing/answer-shapes.ts`, and then against
 * broken shops. Each operation answers sound canonical values that leave nothing out, or fails with one of the closed
 * classes.
 */
let shop: RandomShop
beforeAll(async () => {
  shop = await startRandomShop()
})
afterAll(() => shop.close())

const keys: LevelKey[] = ['57', '58', '57/61', '60/62'].map((stockUnitId) => ({
  stockUnitId,
  locationId: 'default',
}))
const writes: LevelWrite[] = keys.map((key, at) => ({
  ...key,
  writeId: `w-${at}`,
  quantity: at * 3,
  expected: undefined,
}))

const stories: Record<string, (operations: ChannelOperations, exchanges: Exchange[]) => Promise<void>> = {
  async check(operations) {
    const found = await operations.check()
    expect(found.account).not.toBe('')
    if (found.timeZone !== undefined) expect(found.timeZone).not.toMatch(/NaN|Infinity/)
    for (const scope of found.missingScopes) expect(scope).not.toBe('')
  },
  async locations(operations) {
    for (const location of await operations.locations()) expectSoundLocation(location)
  },
  async listings(operations, exchanges) {
    await eachPage(
      (cursor) => operations.listings(cursor),
      (page) => {
        for (const listing of page.rows) expectSoundListing(listing)
        const first = exchanges.find(({ request }) => request === 'GET wc/v3/products')
        const sold = rowsOf(first?.answer).filter((row) => !unsold.has(row.type ?? 'simple'))
        if (first === exchanges.at(0)) {
          const told = page.rows.map(({ externalId }) => externalId)
          expect(told).toEqual(expect.arrayContaining(sold.map(({ id }) => String(id))))
        }
        exchanges.length = 0
      },
    )
  },
  async listing(operations) {
    expectSoundListing(await operations.listing('57'))
  },
  async levels(operations, exchanges) {
    const levels = await operations.levels(keys)
    for (const level of levels) expectSoundLevel(level)
    for (const { request, answer } of exchanges) {
      if (answer === undefined || /include=0/.test(request)) continue
      for (const row of rowsOf(answer)) {
        const key = keys.find(({ stockUnitId }) => stockUnitId.split('/').at(-1) === String(row.id))
        const read = levels.filter((level) => level.stockUnitId === key?.stockUnitId)
        if (key === undefined) continue
        expect(read, `${request} answered ${row.id}: it is told`).not.toEqual([])
        const shown = read[0]?.quantity
        // I12: a number comes of a number that means the same, and of nothing else.
        if (shown !== undefined)
          expect(exchanges.flatMap((one) => quantitiesOf(one.answer, row.id))).toContain(shown)
      }
    }
  },
  async setLevels(operations) {
    expectSoundOutcomes(writes, await operations.setLevels(writes))
  },
  async orders(operations, exchanges) {
    await eachPage(
      (cursor) => operations.orders({ since: new Date(0), cursor }),
      (page) => {
        for (const order of page.rows) expectSoundOrder(order)
        const told = [...page.rows, ...(page.unreadable ?? [])].map(({ externalId }) => externalId)
        const lists = exchanges.filter(
          ({ request, status }) => request === 'GET wc/v3/orders' && status === 200,
        )
        expect(told.toSorted()).toEqual(
          lists
            .flatMap(({ answer }) => rowsOf(answer))
            .map(({ id }) => String(id))
            .toSorted(),
        )
        exchanges.length = 0
      },
    )
  },
  async order(operations, exchanges) {
    const order = await operations.order('31')
    expectSoundOrder(order)
    const answered = z.object({ line_items: z.unknown().optional() }).parse(exchanges[0]?.answer)
    expect(order.lines.map(({ externalId }) => externalId)).toEqual(
      rowsOf(answered.line_items).map(({ id }) => String(id)),
    )
  },
  async recipient(operations) {
    expectSoundRecipient(await operations.recipient?.('31'))
  },
  async ship(operations) {
    const { externalId } = await operations.ship({
      shipmentId: 's-1',
      orderExternalId: '31',
      // Of units the shop says nothing twice alike: none is ever too many.
      lines: [],
      tracking: { carrier: 'DHL', number: 'T1', url: undefined },
      notifyCustomer: false,
    })
    expect(externalId).not.toBe('')
  },
  async cancel(operations, exchanges) {
    await operations.cancel?.({
      cancellationId: 'c-1',
      orderExternalId: '31',
      lines: undefined,
      reason: 'out-of-stock',
      notifyCustomer: false,
    })
    // Never more than one thing is changed, and only once the order was read.
    const changes = exchanges.filter(({ request }) => request.startsWith('POST'))
    expect(changes.length).toBeLessThanOrEqual(1)
    expect(exchanges[0]?.request).toBe('GET wc/v3/orders/31')
  },
  async registerWebhooks(operations) {
    const { registered, repaired } = await operations.registerWebhooks('https://hub.example/in')
    for (const topic of [...registered, ...repaired]) expect(topic).toMatch(/^[a-z]+\.[a-z]+$/)
  },
}

const troubles = [
  { trouble: 'what a shop may answer', refusalRate: 0, leastAnswered: 0.2 },
  { trouble: 'refusals of requests and of rows', refusalRate: 0.1, leastAnswered: 0.05 },
  { trouble: 'one value of another kind', refusalRate: 0, spoil: spoiltValue, leastAnswered: 0 },
  { trouble: 'broken text', refusalRate: 0, spoil: spoiltText, leastAnswered: 0 },
]

describe.each(troubles)('$trouble', ({ refusalRate, spoil, leastAnswered }) => {
  test.each(Object.keys(stories))(
    'I12: %s: sound values or an error of the closed set',
    async (name) => {
      let runs = 0
      let answered = 0
      await fc.assert(
        fc.asyncProperty(fc.nat(), async (seed) => {
          const { operations, exchanges } = shop.connect({ seed, refusalRate, ...(spoil && { spoil }) })
          runs += 1
          answered += Number(await tells(() => stories[name]?.(operations, exchanges)))
        }),
        { ...fromEnvironment({ numRuns: 100 }), endOnFailure: true },
      )
      // Or the property would hold of a connector that always refuses.
      expect(answered).toBeGreaterThanOrEqual(runs * leastAnswered)
    },
    60_000,
  )
})

/** True when the story was told to its end, false when the connector refused with one of the closed classes. */
async function tells(story: () => Promise<void> | undefined): Promise<boolean> {
  try {
    await story()
    return true
  } catch (error) {
    if (error instanceof Error && error.name === 'AssertionError') throw error
    expectClosedError(error)
    return false
  }
}

/** Reads on until the last page or the fifth. */
async function eachPage<T>(
  read: (cursor: string | undefined) => Promise<Page<T>>,
  check: (page: Page<T>) => void,
): Promise<void> {
  let cursor: string | undefined
  for (let pages = 0; pages < 5; pages += 1) {
    const page = await read(cursor)
    expectSoundPage(page, cursor)
    check(page)
    if (page.next === undefined) return
    cursor = page.next
  }
}

const unsold = new Set(['variable', 'variable-subscription', 'grouped', 'external'])
const rowSchema = z.object({
  id: z.number(),
  type: z.string().optional(),
  stock_quantity: z.unknown().optional(),
})

/** Rows of a list, also of one that PHP wrote as an object. */
function rowsOf(answer: unknown): z.infer<typeof rowSchema>[] {
  const rows = typeof answer === 'object' && answer !== null ? Object.values(answer) : []
  return rows.flatMap((row) => rowSchema.safeParse(row).data ?? [])
}

/** The whole numbers that a list says of one row's stock. */
function quantitiesOf(answer: unknown, id: number): number[] {
  return rowsOf(answer).flatMap((row) => {
    if (row.id !== id) return []
    if (typeof row.stock_quantity === 'number') return [row.stock_quantity]
    const isNumber = typeof row.stock_quantity === 'string' && /^-?\d+(\.\d+)?$/.test(row.stock_quantity)
    return isNumber ? [Number(row.stock_quantity)] : []
  })
}
