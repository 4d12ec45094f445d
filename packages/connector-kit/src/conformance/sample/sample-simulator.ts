import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ControlOperations, PlacedOrder, StepOutcome } from '../../simulator/control.ts'
import {
  createSimulator,
  type RunningSimulator,
  type SimulatedPlatform,
  type SimulatorOptions,
  type SimulatorServices,
} from '../../simulator/simulator.ts'
import type { Recipient } from '../../warehouse/shapes.ts'
import { ACCOUNT_ID, createSampleAccess } from './sample-simulator-access.ts'
import { createSampleQueue } from './sample-simulator-queue.ts'

/**
 * "Corner shop": the smallest platform that the conformance suite can be run against, to test the suite itself and
 * to show an author the shape of a simulator. One location, numbers fall when an order is placed. Many quantities at
 * once are sent as a feed, which it works on a little later.
 */
const pageSize = 20
/** From taking a feed to having worked on it. */
export const feedDelayMs = 30
/** Until how long afterwards it tells what became of the rows. */
export const feedLifeMs = 24 * 3_600_000

type Product = {
  id: number
  sku: string
  title: string
  barcode: string | null
  price: number
  stock: number | null
  hidden: boolean
  kept: boolean
}
type Line = { id: string; productId: number; sku: string; ordered: number; current: number; shipped: number }
type Order = {
  id: string
  status: 'new' | 'paid' | 'done' | 'void'
  held: boolean
  version: number
  placedAt: string
  shipBy: string
  method: string
  to: Recipient | null
  lines: Line[]
}

type Row = { id: string; quantity: number }

type FeedRow = { id: string; stock: number; expected?: number }
type Feed = {
  takenAt: number
  rows: FeedRow[]
  results?: { stock: number | null; error: 'gone' | 'stock' | 'stale' | null }[]
}

export type SampleSimulator = RunningSimulator &
  Pick<ReturnType<typeof createSampleAccess>, 'endTokens' | 'given'>

export async function startSampleSimulator(options: SimulatorOptions = {}): Promise<SampleSimulator> {
  const access = createSampleAccess(() => services?.clock.now() ?? 0)
  const queue = createSampleQueue(() => services?.clock.now() ?? 0)
  const products = new Map<number, Product>()
  const orders = new Map<string, Order>()
  const hooks = new Set<string>()
  const feeds = new Map<string, Feed>()
  /** What was told of parcels and cancellations, by order and reference. */
  const told = new Set<string>()
  let version = 0
  let services: SimulatorServices | undefined

  const bySku = (sku: string) => [...products.values()].find((product) => product.sku === sku)
  const levelOf = ({ id, sku, stock }: Product) => ({
    sku,
    stockUnitId: String(id),
    locationId: 'default',
    quantity: stock,
  })
  const restock = (line: Line, units: number) => {
    const product = products.get(line.productId)
    if (product !== undefined && product.stock !== null) product.stock += units
  }
  const changed = (order: Order) => {
    version += 1
    order.version = version
    const body = JSON.stringify(order)
    queue.add(body)
    for (const url of hooks) {
      services?.webhooks.send({
        url,
        headers: {
          'content-type': 'application/json',
          'x-sample-account': ACCOUNT_ID,
          'x-sample-signature': access.sign(body),
        },
        body,
        retry: { delaysMs: [] },
        orderExternalId: order.id,
      })
    }
  }
  /** False where more would leave than is left. */
  const ship = (order: Order, rows: readonly Row[]): boolean => {
    const lines = rows.map((row) => ({ ...row, line: order.lines.find(({ id }) => id === row.id) }))
    if (lines.some(({ line, quantity }) => line === undefined || line.shipped + quantity > line.current))
      return false
    for (const { line, quantity } of lines) if (line !== undefined) line.shipped += quantity
    if (order.lines.every(({ current, shipped }) => shipped === current)) order.status = 'done'
    return true
  }

  const setStock = (id: string, stock: number, atNs: string): void => {
    const product = products.get(Number(id))
    if (product === undefined) return
    const before = product.stock
    product.stock = stock
    services?.books.writes.append({
      atNs,
      stockUnitId: id,
      locationId: 'default',
      quantity: stock,
      before,
      after: stock,
    })
  }
  /** Why a quantity is not taken; null when it is. */
  const refusalOf = ({ id, stock, expected }: FeedRow): 'gone' | 'stock' | 'stale' | null => {
    const product = products.get(Number(id))
    if (product === undefined || product.kept) return 'gone'
    if (stock < 0 || stock > 1_000_000) return 'stock'
    return expected === undefined || expected === product.stock ? null : 'stale'
  }
  /** Works on the feeds that are due. Called before anything is looked at, so that nobody sees them late. */
  const workFeeds = (kit: SimulatorServices): void => {
    const now = kit.clock.now()
    for (const [id, feed] of feeds) {
      if (now >= feed.takenAt + feedLifeMs) feeds.delete(id)
      if (feed.results !== undefined || now < feed.takenAt + feedDelayMs) continue
      feed.results = feed.rows.map((row) => {
        const error = refusalOf(row)
        if (error === null) setStock(row.id, row.stock, kit.books.nowNs())
        return { stock: products.get(Number(row.id))?.stock ?? null, error }
      })
    }
  }

  const control: ControlOperations = {
    addProducts: (seeds) =>
      seeds.map(({ sku, title, barcode, price, quantity, unitsTracked, keptByPlatform: kept = false }) => {
        const id = products.size + 1
        const stock = unitsTracked === false ? null : quantity
        const product = { id, sku, title, barcode: barcode ?? null, price, stock, hidden: false, kept }
        products.set(id, product)
        return levelOf(product)
      }),
    levels() {
      if (services !== undefined) workFeeds(services)
      return [...products.values()].map(levelOf)
    },
    placeOrder(lines, to): PlacedOrder {
      if (services !== undefined) workFeeds(services)
      const short = lines.filter(({ sku, quantity }) => {
        const product = bySku(sku)
        return product === undefined || product.hidden || (product.stock !== null && product.stock < quantity)
      })
      if (short.length > 0) return { kind: 'refused', skus: short.map(({ sku }) => sku) }
      const id = `order-${orders.size + 1}`
      const taken = lines.flatMap(({ sku, quantity }, index) => {
        const product = bySku(sku)
        if (product === undefined) return []
        if (product.stock !== null) product.stock -= quantity
        return [
          {
            id: `${id}-${index}`,
            productId: product.id,
            sku,
            ordered: quantity,
            current: quantity,
            shipped: 0,
          },
        ]
      })
      const order: Order = {
        id,
        status: 'new',
        held: false,
        version: 0,
        placedAt: new Date(services?.clock.now() ?? 0).toISOString(),
        shipBy: new Date((services?.clock.now() ?? 0) + 86_400_000).toISOString(),
        method: 'By bicycle',
        to: to ?? null,
        lines: taken,
      }
      orders.set(id, order)
      changed(order)
      return {
        kind: 'placed',
        externalId: id,
        lines: taken.map(({ sku, productId, ordered }) => ({
          sku,
          stockUnitId: String(productId),
          locationId: 'default',
          quantity: ordered,
        })),
      }
    },
    stepOrder(id, step): StepOutcome {
      const order = orders.get(id)
      if (order === undefined) return { kind: 'not-found' }
      if (order.status === 'done' || order.status === 'void')
        return { kind: 'refused', why: `it is ${order.status}` }
      if (step === 'hold' || step === 'release') order.held = step === 'hold'
      else if (step === 'pay') order.status = 'paid'
      else if (step === 'fulfill')
        ship(
          order,
          order.lines.map(({ id, current, shipped }) => ({ id, quantity: current - shipped })),
        )
      else {
        for (const line of order.lines) {
          restock(line, line.current)
          line.current = 0
        }
        order.status = 'void'
      }
      changed(order)
      return { kind: 'done' }
    },
    setLevel({ stockUnitId, quantity }) {
      const product = products.get(Number(stockUnitId))
      if (product === undefined) return undefined
      const before = product.stock
      product.stock = quantity
      return { before }
    },
    products({ search, limit }) {
      const found = [...products.values()].filter((product) =>
        `${product.sku} ${product.title}`.toLowerCase().includes(search.toLowerCase()),
      )
      const rows = found.map(({ sku, title, price, stock }) => ({ sku, title, price, quantity: stock }))
      return { total: found.length, rows: rows.slice(0, limit) }
    },
  }

  const platform: SimulatedPlatform = {
    id: 'sample',
    name: 'Corner shop',
    control,
    routes(app, kit) {
      services = kit
      app.addHook('preHandler', async (request: FastifyRequest, reply: FastifyReply) => {
        if (access.isOpen(request.url)) return
        if (!access.isAllowed(request.headers['x-token']) || kit.faults.isRevoked())
          return reply.code(401).send({ error: 'token' })
        if (kit.faults.shouldThrottle()) return reply.code(429).send({ error: 'slow down' })
        workFeeds(kit)
      })
      const page = <Row>(rows: Row[], after: string | undefined) => {
        const from = Number(after ?? 0)
        return {
          rows: rows.slice(from, from + pageSize),
          next: rows.length > from + pageSize ? from + pageSize : null,
        }
      }
      access.routes(app, () => kit.faults.isRevoked())
      queue.routes(app)
      app.get('/me', async () => ({ account: 'Corner shop', id: ACCOUNT_ID }))
      app.get<{ Querystring: { after?: string } }>('/depot', async ({ query }) =>
        page(
          [...products.values()].filter(({ kept }) => kept),
          query.after,
        ),
      )
      app.get<{ Querystring: { after?: string } }>('/products', async ({ query }) =>
        page([...products.values()], query.after),
      )
      app.get<{ Params: { id: string } }>(
        '/products/:id',
        async ({ params }, reply) =>
          products.get(Number(params.id)) ?? reply.code(404).send({ error: 'gone' }),
      )
      app.put<{ Params: { id: string }; Body: { stock: number; expected: number | null } }>(
        '/products/:id/stock',
        async (request, reply) => {
          const { id } = request.params
          const { stock, expected } = request.body
          const product = products.get(Number(id))
          const refusal = refusalOf({ id, stock, ...(expected !== null && { expected }) })
          if (product === undefined || refusal === 'gone') return reply.code(404).send({ error: 'gone' })
          if (refusal === 'stock') return reply.code(422).send({ error: 'stock' })
          if (refusal === 'stale') return reply.code(409).send({ stock: product.stock })
          setStock(id, stock, request.receivedAtNs)
          return product
        },
      )
      app.put<{ Params: { id: string }; Body: { hidden: boolean } }>(
        '/products/:id/hidden',
        async ({ params, body }, reply) => {
          const product = products.get(Number(params.id))
          if (product === undefined) return reply.code(404).send({ error: 'gone' })
          product.hidden = body.hidden
          return product
        },
      )
      app.post<{ Body: { rows: FeedRow[] } }>('/feeds', async ({ body }) => {
        const id = `feed-${feeds.size + 1}`
        feeds.set(id, { takenAt: kit.clock.now(), rows: body.rows })
        return { id }
      })
      app.get<{ Params: { id: string } }>('/feeds/:id', async ({ params }, reply) => {
        const feed = feeds.get(params.id)
        if (feed === undefined) return reply.code(404).send({ error: 'gone' })
        return { done: feed.results !== undefined, rows: feed.results ?? [] }
      })
      app.get<{ Querystring: { since: string; after?: string } }>('/orders', async ({ query }) => {
        const newer = [...orders.values()].filter((order) => order.placedAt >= query.since)
        return page(newer, query.after)
      })
      app.get<{ Params: { id: string } }>(
        '/orders/:id',
        async ({ params }, reply) => orders.get(params.id) ?? reply.code(404).send({ error: 'gone' }),
      )
      app.post<{ Params: { id: string }; Body: { reference: string; lines: Row[] } }>(
        '/orders/:id/ship',
        async ({ params, body }, reply) => {
          const order = orders.get(params.id)
          if (order === undefined) return reply.code(404).send({ error: 'gone' })
          const id = `shipment-${body.reference}-of-${order.id}`
          if (told.has(id)) return { id }
          if (!ship(order, body.lines)) return reply.code(422).send({ error: 'units' })
          told.add(id)
          changed(order)
          return { id }
        },
      )
      app.post<{ Params: { id: string }; Body: { reference: string | null; lines: Row[] | null } }>(
        '/orders/:id/cancel',
        async ({ params, body }, reply) => {
          const order = orders.get(params.id)
          if (order === undefined) return reply.code(404).send({ error: 'gone' })
          if (order.status === 'done') return reply.code(422).send({ error: 'shipped' })
          const reference = `cancellation-${body.reference}-of-${order.id}`
          if (body.reference !== null && told.has(reference)) return order
          told.add(reference)
          const asked = body.lines ?? order.lines.map(({ id, current }) => ({ id, quantity: current }))
          for (const { id, quantity } of asked) {
            const line = order.lines.find((each) => each.id === id)
            if (line === undefined || line.current < quantity) continue
            restock(line, quantity)
            line.current -= quantity
          }
          if (order.lines.every(({ current }) => current === 0)) order.status = 'void'
          if (asked.length > 0) changed(order)
          return order
        },
      )
      app.put<{ Body: { url: string } }>('/webhook', async ({ body }, reply) => {
        if (!(await access.isProven(body.url))) return reply.code(422).send({ error: 'challenge' })
        const isNew = !hooks.has(body.url)
        hooks.add(body.url)
        return { isNew }
      })
    },
  }
  return { ...(await createSimulator(platform, options)), endTokens: access.endTokens, given: access.given }
}
