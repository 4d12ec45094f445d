import type { WebhookEvent } from '../canonical.ts'
import type { Connector } from '../contract.ts'
import { type ConformanceCase, refusalOf } from './conformance-case.ts'
import { expect } from './expect.ts'
import { registerCase } from './register-case.ts'
import type { ReceivedWebhook } from './webhook-inbox.ts'
import type { ConformanceWorld } from './world.ts'

/** What the platform tells by itself. */
export function webhookCases<Settings, Credentials>({
  manifest,
  webhooks,
}: Connector<Settings, Credentials>): ConformanceCase[] {
  if (manifest.capabilities.webhooks.length === 0) return []
  const isPing = (request: ReceivedWebhook) => webhooks.isPing?.(request) === true
  const eventsOf = (requests: readonly ReceivedWebhook[]): WebhookEvent[] =>
    requests.filter((request) => !isPing(request)).flatMap((request) => webhooks.parse(request))
  const isAbout = (id: string) => (event: WebhookEvent) => event.kind === 'order' && event.externalId === id
  const mentions = (id: string) => (request: ReceivedWebhook) => eventsOf([request]).some(isAbout(id))

  const boughtOnce = async (world: ConformanceWorld): Promise<{ id: string; request: ReceivedWebhook }> => {
    const [level] = await world.addProducts(1, 100)
    if (level === undefined) throw new Error('no level came')
    await world.operations.registerWebhooks(world.inbox.url)
    const id = await world.buy([{ sku: level.sku, quantity: 1 }])
    await world.tryStep(id, 'pay')
    return { id, request: await world.inbox.waitFor(mentions(id)) }
  }

  return [
    {
      title: 'webhooks: registered and delivered; verified; parsed to the order with its version',
      async story(world) {
        const { id, request } = await boughtOnce(world)
        expect(await world.webhooks.verify(request)).toBe(true)
        const event = eventsOf([request]).find(isAbout(id))
        expect(event).toMatchObject({ kind: 'order', externalId: id })
        if (event?.kind === 'order' && event.order !== undefined) {
          expect(event.version).toBeTypeOf('number')
          expect(event.order.externalId).toBe(id)
          expect(event.order.version).toBe(event.version)
        }
        await world.simulator.webhooks.drain()
        for (const one of world.inbox.received.filter((received) => !isPing(received))) {
          expect(await world.webhooks.verify(one)).toBe(true)
        }
      },
    },
    {
      title: 'webhooks: a forged one is never verified',
      async story(world) {
        const { request } = await boughtOnce(world)
        const { verify } = world.webhooks
        if (world.webhooks.hasSecret) expect(await verify(request, 'wrong')).toBe(false)
        expect(await verify({ ...request, headers: {} })).toBe(false)
        const tampered = Buffer.from(request.body)
        tampered[tampered.length - 2] = (tampered[tampered.length - 2] ?? 0) ^ 1
        expect(await verify({ ...request, body: tampered })).toBe(false)
        expect(await verify({ ...request, body: new Uint8Array() })).toBe(false)
        for (const [name, value] of Object.entries(request.headers)) {
          // Whichever header carries the signature: cut short, made longer, or nonsense, it must fail.
          if (await verify({ ...request, headers: { ...request.headers, [name]: undefined } })) continue
          for (const forged of ['', value?.slice(0, -4), `${value}AAAA`, '\u0000☃', '='.repeat(44)]) {
            const headers = { ...request.headers, [name]: forged }
            expect(await verify({ ...request, headers }), `${name}: ${forged}`).toBe(false)
          }
        }
      },
    },
    {
      title: 'webhooks: a challenge is answered for the address that was called, and for no other',
      async story({ operations, inbox, webhooks: own }) {
        if (webhooks.challenge === undefined) {
          expect(own.challenge({ method: 'GET', url: inbox.url, headers: {}, body: new Uint8Array() })).toBe(
            undefined,
          )
          return
        }
        // The platform challenges the inbox, and refuses an address that answers wrongly.
        await operations.registerWebhooks(inbox.url)
        expect(own.challenged.length).toBeGreaterThan(0)
        for (const request of own.challenged) {
          const elsewhere = { ...request, url: request.url.replace('/webhooks', '/elsewhere') }
          expect(own.challenge(elsewhere)).not.toEqual(own.challenge(request))
        }
      },
    },
    {
      title: 'webhooks: one address may serve several accounts, so a message says whose it is',
      async story(world) {
        if (webhooks.accountOf === undefined) return
        const { request } = await boughtOnce(world)
        expect(webhooks.accountOf(request)).toBe((await world.operations.check()).accountId)
        expect(webhooks.accountOf({ headers: {}, body: Buffer.from('{') })).toBeUndefined()
      },
    },
    registerCase,
    {
      title: 'webhooks: registering twice does not send twice',
      async story(world) {
        const [level] = await world.addProducts(1, 100)
        if (level === undefined) throw new Error('no level came')
        const sentForOneSale = async () => {
          const before = world.simulator.webhooks.counters().sent
          await world.buy([{ sku: level.sku, quantity: 1 }])
          await world.simulator.webhooks.drain()
          return world.simulator.webhooks.counters().sent - before
        }
        await world.operations.registerWebhooks(world.inbox.url)
        const once = await sentForOneSale()
        expect(once).toBeGreaterThan(0)
        await world.operations.registerWebhooks(world.inbox.url)
        expect(await sentForOneSale()).toBe(once)
      },
    },
    {
      title:
        'I3: webhooks: duplicated and reordered, they parse alike, and the newest version is the order as it is',
      async story(world) {
        const [level] = await world.addProducts(1, 100)
        if (level === undefined) throw new Error('no level came')
        await world.operations.registerWebhooks(world.inbox.url)
        world.simulator.faults.set({ webhookDuplicateRate: 1, webhookDelayMs: [0, 60] })
        const id = await world.buy([{ sku: level.sku, quantity: 2 }])
        await world.tryStep(id, 'pay')
        await world.step(id, 'cancel')
        await world.simulator.webhooks.drain()
        expect(world.simulator.webhooks.counters().duplicated).toBeGreaterThan(0)

        const about = world.inbox.received.filter((request) => !isPing(request) && mentions(id)(request))
        const parsed = new Map<string, string>()
        for (const request of about) {
          const body = Buffer.from(request.body).toString('utf8')
          const events = JSON.stringify(webhooks.parse(request))
          expect(parsed.get(`${topicOf(request)} ${body}`) ?? events).toBe(events)
          parsed.set(`${topicOf(request)} ${body}`, events)
        }
        const versions = eventsOf(about).flatMap((event) =>
          event.kind === 'order' && event.version !== undefined ? [event.version] : [],
        )
        const now = await world.operations.order(id)
        if (versions.length > 0 && now.version !== undefined) expect(Math.max(...versions)).toBe(now.version)
      },
    },
    {
      title: 'webhooks: a body that cannot be read is Malformed',
      async story(world) {
        const { request } = await boughtOnce(world)
        for (const body of ['', '{"id":', '<html></html>', '{}', 'null', '[]']) {
          const parse = Promise.resolve().then(() => webhooks.parse({ ...request, body: Buffer.from(body) }))
          await refusalOf(parse, 'malformed')
        }
      },
    },
    {
      title: 'webhooks: nothing is lost without a trace: failed deliveries are counted by the simulator',
      async story(world) {
        const [level] = await world.addProducts(1, 100)
        if (level === undefined) throw new Error('no level came')
        await world.operations.registerWebhooks(world.inbox.url)
        world.simulator.faults.set({ webhookLossRate: 1 })
        await world.buy([{ sku: level.sku, quantity: 1 }])
        expect(world.simulator.webhooks.counters().lost).toBeGreaterThan(0)
      },
    },
  ]
}

/** The same body may be sent under two topics, which parse differently. */
function topicOf({ headers }: ReceivedWebhook): string {
  const topic = Object.entries(headers).filter(([name]) => name.includes('topic'))
  return topic.map(([, value]) => value).join(' ')
}
