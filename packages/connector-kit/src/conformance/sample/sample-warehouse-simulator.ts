import { createHmac } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { systemClock } from '../../clock.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import {
  createSimulator,
  type RunningSimulator,
  type SimulatorOptions,
  type SimulatorServices,
} from '../../simulator/simulator.ts'
import { createWarehouseFloor, type WarehouseFloor } from '../../simulator/warehouse-floor.ts'
import type { WarehousePace } from '../../simulator/warehouse-pace.ts'
import type { FloorRequest, FloorReturn } from '../../simulator/warehouse-records.ts'
import type { Recipient } from '../../warehouse/shapes.ts'

/**
 * "The Depot": the smallest warehouse that the suite can be run against, to test the suite itself and to show an author
 * how thin a platform on the floor is. Two facilities; it looks at references and has everything that can be declared.
 */
export const DEPOT = { token: 'depot-token', secret: 'depot-secret' }
const pageSize = 50

const line = z.object({
  ref: z.string(),
  sku: z.string(),
  quantity: z.int().min(1),
  lot: z.string().nullable(),
})
const requestBody = z.object({
  reference: z.string().max(60),
  number: z.string().max(60),
  facility: z.string(),
  to: z.object({
    name: z.string(),
    street: z.array(z.string()),
    city: z.string(),
    region: z.string().nullable(),
    postalCode: z.string().nullable(),
    country: z.string(),
  }),
  lines: z.array(line).min(1).max(100),
})
const returnBody = z.object({
  reference: z.string(),
  number: z.string(),
  facility: z.string(),
  request: z.string().nullable(),
  lines: z.array(z.object({ sku: z.string(), quantity: z.int().min(1) })).min(1),
})
const inboundBody = z.object({
  reference: z.string(),
  number: z.string(),
  facility: z.string(),
  lines: z.array(line),
})

export async function startSampleWarehouse(
  options: SimulatorOptions & {
    pace?: WarehousePace
    /** False: asked again under one reference it makes a second request. */
    looksAtReferences?: boolean
  } = {},
): Promise<RunningSimulator> {
  const { clock = systemClock, seed = 1, pace, looksAtReferences = true } = options
  const floor = createWarehouseFloor({
    clock,
    random: seededRandom(seed ^ 0xf100),
    facilities: [
      { id: 'F1', name: 'Depot North' },
      { id: 'F2', name: 'Depot South' },
    ],
    pace,
  })
  const hooks = new Set<string>()
  let kit: SimulatorServices | undefined
  floor.onChange((change) => {
    if (change.kind !== 'request') return
    const body = JSON.stringify(toJson(change.request))
    const signature = createHmac('sha256', DEPOT.secret).update(body).digest('base64')
    for (const url of hooks) {
      kit?.webhooks.send({
        url,
        headers: { 'content-type': 'application/json', 'x-depot-signature': signature },
        body,
        retry: { delaysMs: [] },
      })
    }
  })

  return await createSimulator(
    {
      id: 'sample-warehouse',
      name: 'The Depot',
      floor,
      routes(app, services) {
        kit = services
        app.addHook('onRequest', async (request, reply) => {
          if (services.faults.shouldThrottle()) return reply.code(429).send({ error: 'slow down' })
          const isAllowed = request.headers['x-token'] === DEPOT.token && !services.faults.isRevoked()
          if (!isAllowed) return reply.code(401).send({ error: 'who are you' })
        })
        app.setErrorHandler((error, _request, reply) => {
          if (error instanceof z.ZodError)
            return reply.code(400).send({ error: error.issues[0]?.path.join('.') })
          throw error
        })
        app.get('/me', async () => ({ id: 'depot-1', name: 'The Depot' }))
        app.get('/facilities', async () => ({ rows: floor.facilities }))
        app.get('/items', async (request) =>
          pageOf(request, floor.items(), ({ stockUnitId }) => Number(stockUnitId)),
        )
        app.get('/items/:id', async (request, reply) => floor.itemOf(idOf(request)) ?? gone(reply))
        app.get('/counts', async (request) => {
          const rows = floor.counts().map((count, at) => ({
            ...count,
            at: at + 1,
            lots: floor.shelf({ facilityId: count.facilityId, sku: count.sku }),
          }))
          return pageOf(request, rows, ({ at }) => at)
        })
        app.post('/requests', async (request, reply) => {
          const { to, facility, lines, ...asked } = requestBody.parse(request.body)
          if (to.city === '') return reply.code(422).send({ error: 'to.city' })
          const { street, ...where } = to
          const recipient: Recipient = {
            ...where,
            addressLines: street,
            company: undefined,
            region: to.region ?? undefined,
            postalCode: to.postalCode ?? undefined,
            phone: undefined,
            email: undefined,
          }
          const taken = floor.requests.ask({
            ...asked,
            takesDuplicates: !looksAtReferences,
            facilityId: facility,
            recipient,
            lines: lines.map(({ ref, lot, ...rest }) => ({ ...rest, reference: ref, lot: lot ?? undefined })),
          })
          if (taken.kind === 'unknown-sku') return reply.code(422).send({ error: 'lines.sku' })
          if (taken.kind === 'unknown-facility') return reply.code(422).send({ error: 'facility' })
          return toJson(taken.request)
        })
        app.get('/requests', async (request) => {
          const { reference, since } = z
            .object({ reference: z.string().optional(), since: z.coerce.date().optional() })
            .parse(request.query)
          const rows = floor.requests
            .all()
            .filter((one) =>
              reference === undefined ? one.changedAtMs >= Number(since ?? 0) : one.reference === reference,
            )
          return pageOf(request, rows.map(toJson), ({ version }) => version)
        })
        app.post('/requests/:id/cancel', async (request, reply) => {
          const outcome = floor.requests.cancel(Number(idOf(request)), 'until-working')
          return outcome === 'not-found' ? gone(reply) : { outcome }
        })
        app.post('/inbounds', async (request, reply) => {
          const { facility, lines, ...announced } = inboundBody.parse(request.body)
          const taken = floor.intake.announce({
            ...announced,
            facilityId: facility,
            lines: lines.map(({ ref, lot, ...rest }) => ({ ...rest, reference: ref, lot: lot ?? undefined })),
          })
          if (taken.kind === 'unknown-sku') return reply.code(422).send({ error: 'lines.sku' })
          return taken.kind === 'unknown-facility'
            ? reply.code(422).send({ error: 'facility' })
            : taken.inbound
        })
        app.get('/inbounds', async (request) => {
          const rows = floor.intake
            .inbounds()
            .filter(({ received, state }) => received.length > 0 || state === 'closed')
          return pageOf(request, rows, ({ changedAtMs }) => changedAtMs)
        })
        app.get('/returns', async (request) => {
          const rows = floor.intake.returns().map((one) => toReturnJson(floor, one))
          return pageOf(request, rows, ({ changedAtMs }) => changedAtMs)
        })
        app.post('/returns', async (request, reply) => {
          const { number, facility, request: requestId, ...announced } = returnBody.parse(request.body)
          const taken = floor.intake.announceReturn({
            ...announced,
            facilityId: facility,
            requestId: requestId === null ? undefined : Number(requestId),
            details: { number },
          })
          if ('returned' in taken) return toReturnJson(floor, taken.returned)
          return reply.code(422).send({ error: taken.kind === 'unknown-sku' ? 'lines.sku' : 'facility' })
        })
        // By the asker's own id: of what nobody announced nothing is expected.
        app.post('/returns/:id/cancel', async (request) => {
          const expected = floor.intake
            .returns()
            .filter(({ reference, state }) => reference === idOf(request) && state !== 'cancelled')
          const hasCome = expected.some(({ id }) => !floor.intake.cancelReturn(id))
          return { outcome: hasCome ? 'too-late' : 'withdrawn' }
        })
        app.put('/webhook', async (request) => {
          const { url } = z.object({ url: z.string() }).parse(request.body)
          const isNew = !hooks.has(url)
          hooks.add(url)
          return { isNew }
        })
      },
    },
    { ...options, clock },
  )
}

/** Announced ones are known by the asker's id and have the number beside it; of others the number is all that there is. */
function toReturnJson(floor: WarehouseFloor, { details, ...one }: FloorReturn) {
  const isAnnounced = details.number !== undefined
  return {
    ...one,

    returnId: isAnnounced ? one.reference : null,
    number: isAnnounced ? String(details.number) : one.reference,
    shipment: one.requestId === undefined ? null : (floor.requests.get(one.requestId)?.reference ?? null),
  }
}

/** Without the recipient: the Depot shows nobody. */
function toJson({ id, reference, number, state, problem, parcels, changedAtMs }: FloorRequest) {
  return { id: String(id), reference, number, state, problem: problem ?? null, parcels, version: changedAtMs }
}

/** By a number of the row that only grows; what changes moves behind everything that was not read yet. */
function pageOf<Row>(request: FastifyRequest, rows: readonly Row[], numberOf: (row: Row) => number) {
  const { after } = z.object({ after: z.coerce.number().default(0) }).parse(request.query)
  const rest = rows
    .filter((row) => numberOf(row) > after)
    .toSorted((one, other) => numberOf(one) - numberOf(other))
  const page = rest.slice(0, pageSize)
  const last = page.at(-1)
  return { rows: page, next: rest.length > page.length && last !== undefined ? numberOf(last) : null }
}

function idOf(request: FastifyRequest): string {
  return z.object({ id: z.string() }).parse(request.params).id
}

function gone(reply: FastifyReply) {
  return reply.code(404).send({ error: 'no such thing' })
}
