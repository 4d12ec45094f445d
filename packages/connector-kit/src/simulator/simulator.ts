import fastify, { type FastifyInstance } from 'fastify'
import { type Clock, systemClock } from '../clock.ts'
import type { Recipient } from '../warehouse/shapes.ts'
import { createAddressBook } from './addresses.ts'
import { type Books, createBooks } from './books.ts'
import { type ControlOperations, controlRoutes } from './control.ts'
import { createFaults, type Faults, injectFaults } from './faults.ts'
import { floorRoutes } from './floor-page.ts'
import { seededRandom } from './seeded-random.ts'
import { storefrontRoutes } from './storefront.ts'
import { controlOfFloor, warehouseRoutes } from './warehouse-control.ts'
import type { WarehouseFloor } from './warehouse-floor.ts'
import { createWebhookSender, type WebhookSender } from './webhook-sender.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The body's bytes as they came; undefined without a body. */
    rawBody: Buffer | undefined
    /** When the request was received, on the books' clock. */
    receivedAtNs: string
  }
}

/** A stateful imitation of a platform. It owns its state; the kit gives it a server, faults, webhooks and books. */
export type SimulatedPlatform = {
  /** The connector's id. */
  id: string
  /** The shop's name, shown on the storefront. */
  name: string
  /** The storefront's accent. */
  colour?: string
  /** ISO 4217, for the storefront's prices; EUR unless given. */
  currency?: string
  /** Adds the platform's own API at its real paths. Not under `/_control` or `/shop`. */
  routes(app: FastifyInstance, kit: SimulatorServices): void
  /** What people do to a shop. A warehouse needs none: without, products are put on its floor and nothing is sold. */
  control?: ControlOperations
  /** A warehouse's: then `/_control/warehouse` works on it, and `/shop` shows it, or `/floor` where there is a shop too. */
  floor?: WarehouseFloor
}

/** A platform with what people do to it, as the kit's routes need it. */
export type ControlledPlatform = SimulatedPlatform & { control: ControlOperations }

/** What the kit hands to a platform. `books.writes` is kept by the platform, the other books by the kit. */
export type SimulatorServices = {
  faults: Faults
  webhooks: WebhookSender
  books: Books
  /** 0 ≤ n < 1, from the simulator's seed. */
  random: () => number
  /** Whom the next shopper has it sent to, from the seed. Personal data: in the platform's answers, in no book. */
  nextAddress: () => Recipient
  clock: Clock
  /** API requests received. */
  requests(): number
}

export type SimulatorOptions = {
  /** 0, the default: any free port. */
  port?: number
  host?: '127.0.0.1'
  seed?: number
  clock?: Clock
  webhooks?: {
    timeoutMs?: number
    /** Factor on webhook retry delays. */
    timeScale?: number
    pendingMax?: number
  }
}

export type RunningSimulator = {
  url: string
  port: number
  close(): Promise<void>
  faults: Faults
  webhooks: WebhookSender
  books: Books
  /** A warehouse's. */
  floor: WarehouseFloor | undefined
}

/** Starts a simulated platform as a real HTTP server on loopback: its API, `/_control` and `/shop`. */
export async function createSimulator(
  given: SimulatedPlatform,
  {
    port = 0,
    host = '127.0.0.1',
    seed = 1,
    clock = systemClock,
    webhooks: webhookOptions = {},
  }: SimulatorOptions = {},
): Promise<RunningSimulator> {
  const platform = withControl(given)
  const random = seededRandom(seed)
  // A stream of their own: what the platform draws must not move the faults.
  const faults = createFaults(seededRandom(seed ^ 0x5eed))
  const books = createBooks()
  const webhooks = createWebhookSender({ faults, books, clock, ...webhookOptions })
  let requests = 0
  const kit: SimulatorServices = {
    faults,
    webhooks,
    books,
    random,
    nextAddress: createAddressBook(seededRandom(seed ^ 0xadd2e55)),
    clock,
    requests: () => requests,
  }

  const app = fastify({
    bodyLimit: 16 * 1024 * 1024,
    forceCloseConnections: true,
    // Platforms answer /path and /path/ alike, and their ids may be long.
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 2_000 },
  })
  app.decorateRequest('rawBody', undefined)
  app.decorateRequest('receivedAtNs', '')
  app.addHook('onRequest', async (request) => {
    request.receivedAtNs = books.nowNs()
  })
  readBodies(app)

  await app.register(async (api) => {
    api.addHook('onRequest', async () => {
      requests += 1
    })
    injectFaults(api, faults, clock)
    platform.routes(api, kit)
  })
  const { floor } = platform
  await app.register(
    async (control) => {
      controlRoutes(control, platform, kit)
      if (floor === undefined) return
      await control.register(async (part) => warehouseRoutes(part, floor), { prefix: '/warehouse' })
    },
    { prefix: '/_control' },
  )
  if (given.control !== undefined)
    await app.register(async (shop) => storefrontRoutes(shop, platform, kit), { prefix: '/shop' })
  if (floor !== undefined) {
    const prefix = given.control === undefined ? '/shop' : '/floor'
    await app.register(async (page) => floorRoutes(page, { ...platform, floor, prefix }), { prefix })
  }

  const url = await app.listen({ port, host })
  return {
    url,
    port: Number(new URL(url).port),
    faults,
    webhooks,
    books,
    floor,
    async close() {
      floor?.close()
      await webhooks.close()
      await app.close()
    },
  }
}

function withControl(platform: SimulatedPlatform): ControlledPlatform {
  const { control, floor } = platform
  if (control !== undefined) return { ...platform, control }
  if (floor === undefined)
    throw new TypeError(`${platform.id}: a simulated shop needs \`control\`, a warehouse a \`floor\``)
  return { ...platform, control: controlOfFloor(floor) }
}

/** Keeps every body's bytes beside what they parse to. Text that is not JSON is a 400, as everywhere. */
function readBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const bytes = Buffer.from(body)
    request.rawBody = bytes
    if (bytes.length === 0) {
      done(null, undefined)
      return
    }
    try {
      done(null, JSON.parse(bytes.toString('utf8')))
    } catch {
      done(Object.assign(new Error('The body is not JSON.'), { statusCode: 400 }), undefined)
    }
  })
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'buffer' },
    (request, body, done) => {
      const bytes = Buffer.from(body)
      request.rawBody = bytes
      done(null, Object.fromEntries(new URLSearchParams(bytes.toString('utf8'))))
    },
  )
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => {
    request.rawBody = Buffer.from(body)
    done(null, body)
  })
}
