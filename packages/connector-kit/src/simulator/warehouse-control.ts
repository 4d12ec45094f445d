import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import type { Book } from './books.ts'
import { bookQuery, type ControlOperations, problem, type StepOutcome } from './control.ts'
import type { WarehouseFloor } from './warehouse-floor.ts'
import { usualPace, type WarehousePace } from './warehouse-pace.ts'
import type { FloorRequest } from './warehouse-records.ts'

const units = z.int().min(1).max(1_000_000_000)
const text = z.string().min(1).max(255)
const date = z.iso.date()
const condition = z.enum(['sellable', 'damaged'])
const code = z.string().min(1).max(100)
const message = z.string().min(1).max(500)

const steps = z.discriminatedUnion('step', [
  z.strictObject({ step: z.literal('accept') }),
  z.strictObject({ step: z.literal('hold'), code: code.exactOptional(), message: message.exactOptional() }),
  z.strictObject({ step: z.literal('release') }),
  z.strictObject({ step: z.literal('reject'), code: code.exactOptional(), message: message.exactOptional() }),
  z.strictObject({ step: z.literal('pick') }),
  z.strictObject({ step: z.literal('ship'), parcels: z.int().min(1).max(100).exactOptional() }),
  z.strictObject({
    step: z.literal('ship-part'),
    lines: z.array(z.strictObject({ sku: text, quantity: units })).min(1),
  }),
  z.strictObject({
    step: z.literal('short-pick'),
    sku: text,
    quantity: units,
    lost: z.boolean().exactOptional(),
  }),
  z.strictObject({ step: z.literal('cancel') }),
  z.strictObject({ step: z.literal('refuse-cancel') }),
])
const itemsBody = z.array(
  z.strictObject({
    sku: text,
    title: text,
    barcode: text.optional(),
    hasSerials: z.boolean().optional(),
  }),
)
const adjustmentBody = z.strictObject({
  facilityId: text,
  sku: text,
  lot: text.optional(),
  expiresOn: date.optional(),
  sellable: z.int().optional(),
  damaged: z.int().optional(),
  reason: text.default('counted'),
})
const arrivedLine = z.strictObject({
  sku: text,
  quantity: units,
  condition: condition.optional(),
  lot: text.optional(),
  expiresOn: date.optional(),
  serials: z.array(text).optional(),
})
const inboundBody = z.strictObject({
  reference: text.optional(),
  number: text,
  facilityId: text,
  lines: z.array(
    z.strictObject({ sku: text, quantity: units, lot: text.optional(), expiresOn: date.optional() }),
  ),
})
const returnCondition = z.enum(['sellable', 'damaged', 'disposed', 'waiting'])
const returnBody = z.strictObject({
  isAnnounced: z.boolean().exactOptional(),
  reference: text,
  requestId: z.int().optional(),
  facilityId: text,
  lines: z.array(arrivedLine.extend({ condition: returnCondition.optional() })).min(1),
})
const inspectBody = z.strictObject({ lineId: z.int(), condition: returnCondition.exclude(['waiting']) })
const rangeMs = z.tuple([z.number().min(0), z.number().min(0)])
const share = z.number().min(0).max(1)
const paceBody = z.union([
  z.null(),
  z
    .strictObject({
      acceptMs: rangeMs,
      shipMs: rangeMs,
      splitShare: share,
      shortShare: share,
      holdShare: share,
      receiveMs: rangeMs,
      discrepancyShare: share,
    } satisfies Record<keyof WarehousePace, z.ZodType>)
    .partial(),
])
const verdictBody = z.strictObject({
  counted: z.array(z.strictObject({ facilityId: text.optional(), sku: text, onHand: z.int() })),
})
const oneOf = z.object({ id: z.coerce.number().int() })
/** Enough for a page; the books have all. */
const listedMax = 1_000

/** The part of `/_control` that warehouses have: `/_control/warehouse/…`. Nothing of it names a recipient. */
export function warehouseRoutes(app: FastifyInstance, floor: WarehouseFloor): void {
  app.get('/state', async () => ({
    facilities: floor.facilities,
    items: floor.items().length,
    requests: Object.fromEntries(
      [...Map.groupBy(floor.requests.all(), ({ state }) => state)].map(([state, rows]) => [
        state,
        rows.length,
      ]),
    ),
    ...floor.verdict(),
  }))
  app.post('/items', async (request, reply) =>
    reply.code(201).send({ items: itemsBody.parse(request.body).map((item) => floor.addItem(item)) }),
  )
  app.get('/stock', async () => ({ counts: floor.counts(), shelves: floor.shelf() }))
  app.post('/adjustments', async (request, reply) => {
    const adjustment = adjustmentBody.parse(request.body)
    if (floor.item(adjustment.sku) === undefined) return notFound(reply, `SKU ${adjustment.sku}`)
    return floor.adjust(adjustment)
  })

  app.get('/requests', async () => ({ rows: floor.requests.all().slice(-listedMax).map(withoutRecipient) }))
  app.get('/requests/:id', async (request, reply) => {
    const found = floor.requests.get(oneOf.parse(request.params).id)
    return found === undefined ? notFound(reply, 'request') : withoutRecipient(found)
  })
  app.post('/requests/:id/:step', async (request, reply) => {
    const { id } = oneOf.parse(request.params)
    const { step } = z.object({ step: z.string() }).parse(request.params)
    const given = steps.parse({ ...z.looseObject({}).parse(request.body ?? {}), step })
    return told(reply, floor.requests.step(id, given))
  })

  app.get('/inbounds', async () => ({ rows: floor.intake.inbounds().slice(-listedMax) }))
  app.post('/inbounds', async (request, reply) => {
    const body = inboundBody.parse(request.body)
    const taken = floor.intake.announce({ ...body, reference: body.reference })
    return taken.kind === 'announced' || taken.kind === 'duplicate'
      ? reply.code(201).send(taken.inbound)
      : notFound(reply, taken.kind)
  })
  app.post('/inbounds/:id/receive', async (request, reply) => {
    const lines = z.array(arrivedLine).min(1).parse(request.body)
    const stranger = lines.find(({ sku }) => floor.item(sku) === undefined)
    if (stranger !== undefined) return notFound(reply, `SKU ${stranger.sku}`)
    return done(reply, floor.intake.receive(oneOf.parse(request.params).id, lines))
  })
  app.post('/inbounds/:id/close', async (request, reply) =>
    done(reply, floor.intake.close(oneOf.parse(request.params).id)),
  )
  app.get('/returns', async () => ({ rows: floor.intake.returns().slice(-listedMax) }))
  app.post('/returns', async (request, reply) => {
    const { isAnnounced, ...given } = returnBody.parse(request.body)
    if (isAnnounced !== true) return reply.code(201).send(floor.intake.returnUnits(given))
    const taken = floor.intake.announceReturn(given)
    return 'returned' in taken ? reply.code(201).send(taken.returned) : notFound(reply, taken.kind)
  })
  app.post('/returns/:id/arrive', async (request, reply) =>
    done(reply, floor.intake.arriveReturn(oneOf.parse(request.params).id)),
  )
  app.post('/returns/:id/inspect', async (request, reply) => {
    const { lineId, condition: became } = inspectBody.parse(request.body)
    return done(reply, floor.intake.inspect(oneOf.parse(request.params).id, lineId, became))
  })

  app.put('/pace', async (request) => {
    const pace = paceBody.parse(request.body)
    const named = Object.entries(pace ?? {}).filter(([, value]) => value !== undefined)
    floor.workAt(pace === null ? undefined : { ...usualPace, ...Object.fromEntries(named) })
    return { pace }
  })
  app.get('/verdict', async () => floor.verdict())
  app.post('/verdict', async (request) => floor.verdict(verdictBody.parse(request.body).counted))

  const books: Record<string, Book<object>> = floor.books
  for (const [name, book] of Object.entries(books)) {
    app.get(`/books/${name}`, async (request) => {
      const { after, limit } = bookQuery.parse(request.query)
      return { rows: book.after(after, limit), last: book.last() }
    })
  }
}

/** A request as it may be shown: where it goes stays in memory. */
export function withoutRecipient({
  recipient,
  details,
  ...shown
}: FloorRequest): Omit<FloorRequest, 'recipient' | 'details'> {
  return shown
}

function told(reply: FastifyReply, outcome: StepOutcome) {
  switch (outcome.kind) {
    case 'done':
      return { done: true }
    case 'not-found':
      return notFound(reply, 'request')
    case 'refused':
      return reply.code(409).send(problem(409, outcome.why))
  }
}

function done(reply: FastifyReply, isDone: boolean) {
  return isDone ? { done: true } : notFound(reply, 'open one')
}

function notFound(reply: FastifyReply, what: string) {
  return reply.code(404).send(problem(404, `No such ${what}.`))
}

/** What a warehouse answers where shops have shoppers: products are items at its first facility, and nothing is sold. */
export function controlOfFloor(floor: WarehouseFloor): ControlOperations {
  const [first] = floor.facilities
  const levels = () =>
    floor.counts().map(({ sku, stockUnitId, facilityId, onHand }) => ({
      sku,
      stockUnitId,
      locationId: facilityId,
      quantity: onHand,
    }))
  return {
    addProducts(seeds) {
      if (first === undefined) throw new Error('The warehouse has no facility.')
      for (const { sku, title, barcode, quantity } of seeds) {
        floor.addItem({ sku, title, barcode })
        floor.adjust({ facilityId: first.id, sku, sellable: quantity, reason: 'seeded' })
      }
      const added = new Set(seeds.map(({ sku }) => sku))
      return levels().filter(({ sku, locationId }) => added.has(sku) && locationId === first.id)
    },
    levels,
    placeOrder: (lines) => ({ kind: 'refused', skus: lines.map(({ sku }) => sku) }),
    stepOrder: () => ({ kind: 'not-found' }),
    setLevel({ stockUnitId, locationId, quantity }) {
      const item = floor.itemOf(stockUnitId)
      if (item === undefined || !floor.facilities.some(({ id }) => id === locationId)) return undefined
      const [row] = floor.counts({ facilityId: locationId, sku: item.sku })
      const before = row?.onHand ?? null
      floor.adjust({
        facilityId: locationId,
        sku: item.sku,
        sellable: quantity - (before ?? 0),
        reason: 'counted',
      })
      return { before }
    },
    products: () => ({ total: 0, rows: [] }),
  }
}
