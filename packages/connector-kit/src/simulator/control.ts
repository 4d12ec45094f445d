import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Recipient } from '../warehouse/shapes.ts'
import type { Book } from './books.ts'
import { faultSettings } from './faults.ts'
import { createShopper } from './shopper.ts'
import type { ControlledPlatform, SimulatorServices } from './simulator.ts'

type Awaitable<T> = T | Promise<T>

export type ProductSeed = {
  sku: string
  title: string
  barcode?: string | undefined
  /** In the platform's currency, such as "12.50" or 12.5. */
  price: number
  quantity: number
  /** False: the platform sells it without counting. Absent: true. */
  unitsTracked?: boolean | undefined
  /** True: the platform keeps, counts and sends it itself (FBA, WFS). Absent: false; platforms without such stock ignore it. */
  keptByPlatform?: boolean | undefined
}

/** One number that the platform keeps; `quantity` null where it does not count. */
export type ControlLevel = { sku: string; stockUnitId: string; locationId: string; quantity: number | null }

export type PlacedOrder =
  | {
      kind: 'placed'
      externalId: string
      /** Where the platform took, or will take, the units from. */
      lines: { sku: string; stockUnitId: string; locationId: string; quantity: number }[]
    }
  /** Nothing was sold: these are short or unknown. */
  | { kind: 'refused'; skus: string[] }

const ORDER_STEPS = ['pay', 'cancel', 'refund', 'fulfill', 'hold', 'release'] as const
/** `hold`, `release`: the platform's people, or its rules, keep an order from being sent for a while; refused where there is no such thing. */
export type OrderStep = (typeof ORDER_STEPS)[number]

export type StepOutcome = { kind: 'done' } | { kind: 'not-found' } | { kind: 'refused'; why: string }

/**
 * What a simulated platform lets people do to it without its API: shoppers, the shop's staff, and tests that
 * prepare it. Webhooks go out as for the real thing; the kit keeps the books of orders, refusals and edits.
 */
export type ControlOperations = {
  /** Adds products (a known SKU is a second product of the same SKU, as the real platform would take it). */
  addProducts(products: readonly ProductSeed[]): Awaitable<ControlLevel[]>
  levels(): Awaitable<ControlLevel[]>
  /**
   * A shopper's checkout: all lines or none, at one moment.
   * @param to whom it goes; undefined: the platform shows no address of it
   */
  placeOrder(lines: readonly { sku: string; quantity: number }[], to?: Recipient): Awaitable<PlacedOrder>
  stepOrder(externalId: string, step: OrderStep): Awaitable<StepOutcome>
  /** Customer care lets a customer send so many units back. @returns its number. Absent: the simulator has no returns. */
  grantReturn?(
    orderExternalId: string,
    units: number,
  ): Awaitable<{ kind: 'granted'; number: string } | { kind: 'refused'; why: string }>
  /** The customer keeps them after all. False: there is no such return. */
  callOffReturn?(number: string): Awaitable<boolean>
  /** A person types a quantity on the platform's own screen. `before`: the number it replaced; undefined: no such level. */
  setLevel(level: {
    stockUnitId: string
    locationId: string
    quantity: number
  }): Awaitable<{ before: number | null } | undefined>
  /**
   * What customers can see of parcels on the platform: texts with the tracking numbers in them, by its own records. Absent:
   * the simulator keeps no such record.
   */
  toldCustomers?(): Awaitable<string[]>
  /** For the storefront: products whose SKU or title contains `search` (any case), at most `limit`. */
  products(query: { search: string; limit: number }): Awaitable<{ total: number; rows: ShopProduct[] }>
}

export type ShopProduct = {
  sku: string
  title: string
  price: number
  /** Units a shopper may buy now; null: sold without counting. */
  quantity: number | null
}

const quantity = z.int().min(-1_000_000_000).max(1_000_000_000)
const productSeed = z.strictObject({
  sku: z.string().min(1).max(255),
  title: z.string().min(1),
  barcode: z.string().optional(),
  price: z.coerce.number().min(0),
  quantity,
  unitsTracked: z.boolean().optional(),
  keptByPlatform: z.boolean().optional(),
})
/** The bare list, or the list under `products`. */
const seedBody = z.preprocess(
  (body) => (typeof body === 'object' && body !== null && 'products' in body ? body.products : body),
  z.array(productSeed).min(1).max(10_000),
)
export const orderLines = z.strictObject({
  lines: z
    .array(z.strictObject({ sku: z.string().min(1), quantity: z.int().min(1).max(1_000_000) }))
    .min(1)
    .max(200),
})
const optionalText = z.string().min(1).optional()
const recipient = z.strictObject({
  name: z.string().min(1),
  company: optionalText,
  addressLines: z.array(z.string().min(1)).min(1).max(3),
  city: z.string().min(1),
  region: optionalText,
  postalCode: optionalText,
  country: z.string().regex(/^[A-Z]{2}$/),
  phone: optionalText,
  email: optionalText,
})
const orderBody = orderLines.extend({
  /** Absent: somebody whom the simulator makes up; null: nobody. */
  to: recipient.nullable().optional(),
})
const levelBody = z.strictObject({ stockUnitId: z.string(), locationId: z.string(), quantity })
const grantBody = z.strictObject({ order: z.string().min(1), units: z.int().min(1) })
const callOffBody = z.strictObject({ number: z.string().min(1) })
const stepParams = z.object({ id: z.string(), step: z.enum(ORDER_STEPS) })
export const bookQuery = z.object({
  after: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(200_000).default(10_000),
})

/** The control API under `/_control`, the same for every platform. Without authentication: loopback only. */
export function controlRoutes(
  app: FastifyInstance,
  platform: ControlledPlatform,
  kit: SimulatorServices,
): void {
  const { control } = platform
  const shopper = createShopper(platform, kit)

  app.setErrorHandler((error, _request, reply) => {
    if (error instanceof z.ZodError) return reply.code(400).send(problem(400, describeIssue(error)))
    const status = hasStatus(error) ? error.statusCode : 500
    return reply.code(status).send(problem(status, error instanceof Error ? error.message : String(error)))
  })

  app.get('/state', async () => ({
    platform: platform.id,
    name: platform.name,
    levels: await control.levels(),
    ...kit.books.totals(),
    webhooks: kit.webhooks.counters(),
    requests: kit.requests(),
    faultCounts: kit.faults.counts(),
  }))

  app.post('/products', async (request, reply) =>
    reply.code(201).send({ levels: await control.addProducts(seedBody.parse(request.body)) }),
  )

  app.post('/orders', async (request, reply) => {
    const { lines, to } = orderBody.parse(request.body)
    const placed = await shopper.checkout(lines, to && toRecipient(to))
    if (placed.kind === 'placed') return reply.code(201).send({ externalId: placed.externalId })
    return reply.code(409).send({ ...problem(409, 'Out of stock.'), refused: placed.skus })
  })

  app.post('/orders/:id/:step', async (request, reply) => {
    const { id, step } = stepParams.parse(request.params)
    const outcome = await control.stepOrder(id, step)
    switch (outcome.kind) {
      case 'done':
        return { externalId: id }
      case 'not-found':
        return reply.code(404).send(problem(404, `No order ${id}.`))
      case 'refused':
        return reply.code(409).send(problem(409, outcome.why))
    }
  })

  app.post('/granted-returns', async (request, reply) => {
    const { order, units } = grantBody.parse(request.body)
    const outcome = await control.grantReturn?.(order, units)
    if (outcome?.kind === 'granted') return reply.code(201).send({ number: outcome.number })
    return reply.code(409).send(problem(409, outcome?.why ?? 'This platform has no returns.'))
  })

  app.post('/granted-returns/call-off', async (request, reply) => {
    const { number } = callOffBody.parse(request.body)
    if ((await control.callOffReturn?.(number)) === true) return { number }
    return reply.code(404).send(problem(404, `No return ${number}.`))
  })

  app.put('/levels', async (request, reply) => {
    const level = levelBody.parse(request.body)
    const atNs = kit.books.nowNs()
    const replaced = await control.setLevel(level)
    if (replaced === undefined) return reply.code(404).send(problem(404, 'No such level.'))
    const { stockUnitId, locationId } = level
    kit.books.edits.append({ atNs, stockUnitId, locationId, before: replaced.before, after: level.quantity })
    return level
  })

  app.get('/told-customers', async () => ({ rows: (await control.toldCustomers?.()) ?? [] }))

  app.get('/faults', async () => kit.faults.get())
  app.put('/faults', async (request) => {
    kit.faults.set(withoutUndefined(faultSettings.partial().parse(request.body)))
    return kit.faults.get()
  })

  const books: Record<string, Book<object>> = {
    orders: kit.books.orders,
    writes: kit.books.writes,
    refusals: kit.books.refusals,
    edits: kit.books.edits,
    'webhook-sends': kit.books.webhookSends,
  }
  for (const [name, book] of Object.entries(books)) {
    app.get(`/${name}`, async (request) => {
      const { after, limit } = bookQuery.parse(request.query)
      return { rows: book.after(after, limit), last: book.last() }
    })
  }
}

/** Every field is there, also where nothing was given. */
function toRecipient(given: z.infer<typeof recipient>): Recipient {
  const { name, company, addressLines, city, region, postalCode, country, phone, email } = given
  return { name, company, addressLines, city, region, postalCode, country, phone, email }
}

export function problem(status: number, detail: string) {
  return { type: 'about:blank', title: titles.get(status) ?? 'Error', status, detail }
}

const titles = new Map([
  [400, 'Bad Request'],
  [404, 'Not Found'],
  [409, 'Conflict'],
])

function describeIssue(error: z.ZodError): string {
  const issue = error.issues[0]
  return `${issue?.path.map(String).join('.') || 'body'}: ${issue?.message ?? 'wrong shape'}`
}

function hasStatus(error: unknown): error is { statusCode: number } {
  return (
    typeof error === 'object' &&
    error !== null &&
    'statusCode' in error &&
    typeof error.statusCode === 'number'
  )
}

/** Zod leaves `undefined` values in optional places; set over others they would erase them. */
function withoutUndefined<T extends object>(change: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const kept = Object.entries(change).filter(([, value]) => value !== undefined)
  return Object.fromEntries(kept) as { [K in keyof T]: Exclude<T[K], undefined> }
}
