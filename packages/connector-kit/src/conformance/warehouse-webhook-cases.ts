import type { WebhookEvent } from '../canonical.ts'
import type { Connector } from '../contract.ts'
import { type ConformanceCase, refusalOf } from './conformance-case.ts'
import { expect } from './expect.ts'
import { registerCase } from './register-case.ts'
import { askedFor, personalWords, shownAs, stepOn } from './warehouse-world.ts'
import type { ReceivedWebhook } from './webhook-inbox.ts'
import type { ConformanceWorld } from './world.ts'

/** What the warehouse tells by itself. */
export function warehouseWebhookCases<Settings, Credentials>({
  manifest,
  webhooks,
}: Connector<Settings, Credentials>): ConformanceCase[] {
  if (manifest.capabilities.webhooks.length === 0) return []
  const isPing = (request: ReceivedWebhook) => webhooks.isPing?.(request) === true
  const eventsOf = (requests: readonly ReceivedWebhook[]): WebhookEvent[] =>
    requests.filter((request) => !isPing(request)).flatMap((request) => webhooks.parse(request))
  const isAbout = (id: string) => (event: WebhookEvent) =>
    event.kind === 'shipment' && event.externalId === id
  const shippedOnce = async (world: ConformanceWorld) => {
    const asked = await askedFor(world, { quantities: [2] })
    await world.operations.registerWebhooks(world.inbox.url)
    stepOn(world, asked.floorId, { step: 'ship' })
    const request = await world.inbox.waitFor((received) =>
      eventsOf([received]).some(isAbout(asked.externalId)),
    )
    return { ...asked, received: request }
  }
  return [
    {
      title: 'webhooks: a parcel that left is told, verified, and parsed to its shipment',
      async story(world) {
        const { externalId, request, received } = await shippedOnce(world)
        expect(await world.webhooks.verify(received)).toBe(true)
        const event = eventsOf([received]).find(isAbout(externalId))
        if (event?.kind === 'shipment' && event.shipment !== undefined) {
          expect(event.version).toBe(event.shipment.version)
          expect(event.shipment.shipmentId).toBe(request.shipmentId)
        }
        await world.simulator.webhooks.drain()
        for (const one of world.inbox.received.filter((each) => !isPing(each)))
          expect(await world.webhooks.verify(one)).toBe(true)
      },
    },
    {
      title: 'webhooks: a forged one is never verified',
      async story(world) {
        const { received } = await shippedOnce(world)
        const { verify } = world.webhooks
        if (world.webhooks.hasSecret) expect(await verify(received, 'wrong')).toBe(false)
        expect(await verify({ ...received, headers: {} })).toBe(false)
        const tampered = Buffer.from(received.body)
        tampered[tampered.length - 2] = (tampered[tampered.length - 2] ?? 0) ^ 1
        expect(await verify({ ...received, body: tampered })).toBe(false)
        expect(await verify({ ...received, body: new Uint8Array() })).toBe(false)
        for (const [name, value] of Object.entries(received.headers)) {
          if (await verify({ ...received, headers: { ...received.headers, [name]: undefined } })) continue
          for (const forged of ['', value?.slice(0, -4), `${value}AAAA`, '\u0000☃', '='.repeat(44)]) {
            const headers = { ...received.headers, [name]: forged }
            expect(await verify({ ...received, headers }), `${name}: ${forged}`).toBe(false)
          }
        }
      },
    },
    registerCase,
    {
      title: 'webhooks: registering twice does not send twice',
      async story(world) {
        const sentForOne = async () => {
          const { floorId } = await askedFor(world)
          const before = world.simulator.webhooks.counters().sent
          stepOn(world, floorId, { step: 'ship' })
          await world.simulator.webhooks.drain()
          return world.simulator.webhooks.counters().sent - before
        }
        await world.operations.registerWebhooks(world.inbox.url)
        const once = await sentForOne()
        expect(once).toBeGreaterThan(0)
        await world.operations.registerWebhooks(world.inbox.url)
        expect(await sentForOne()).toBe(once)
      },
    },
    {
      title:
        'I3: webhooks: duplicated and reordered, they parse alike, and none claims to be newer than it is',
      async story(world) {
        const { externalId, request, floorId } = await askedFor(world, { quantities: [3] })
        await world.operations.registerWebhooks(world.inbox.url)
        world.simulator.faults.set({ webhookDuplicateRate: 1, webhookDelayMs: [0, 60] })
        const sku = request.lines[0]?.sku ?? ''
        stepOn(world, floorId, { step: 'ship-part', lines: [{ sku, quantity: 1 }] }, { step: 'ship' })
        await world.simulator.webhooks.drain()
        expect(world.simulator.webhooks.counters().duplicated).toBeGreaterThan(0)
        const parsed = new Map<string, string>()
        for (const received of world.inbox.received.filter((each) => !isPing(each))) {
          const key = `${topicOf(received)} ${Buffer.from(received.body).toString('utf8')}`
          const events = JSON.stringify(webhooks.parse(received))
          expect(parsed.get(key) ?? events).toBe(events)
          parsed.set(key, events)
        }
        const now = await shownAs(world, request.shipmentId)
        for (const event of eventsOf(world.inbox.received).filter(isAbout(externalId))) {
          if (event.kind !== 'shipment' || event.version === undefined || now.version === undefined) continue
          expect(event.version).toBeLessThanOrEqual(now.version)
          if (event.version === now.version && event.shipment !== undefined)
            expect(event.shipment).toEqual(now)
        }
      },
    },
    {
      title: 'webhooks: a body that cannot be read is Malformed, and says nothing of the recipient',
      async story(world) {
        const { received } = await shippedOnce(world)
        const whole = Buffer.from(received.body).toString('utf8')
        for (const body of ['', '{"id":', '<html></html>', '{}', 'null', '[]', whole.slice(0, -10)]) {
          const parse = Promise.resolve().then(() => webhooks.parse({ ...received, body: Buffer.from(body) }))
          const error = await refusalOf(parse, 'malformed')
          expect(`${error.message} ${JSON.stringify(error)} ${String(error.cause)}`).not.toMatch(
            personalWords,
          )
        }
      },
    },
  ]
}

/** The same body may be sent under two topics, which parse differently. */
function topicOf({ headers }: ReceivedWebhook): string {
  const topic = Object.entries(headers).filter(([name]) => name.includes('topic'))
  return topic.map(([, value]) => value).join(' ')
}
