import { inspect } from 'node:util'
import type { ExternalOrder, WebhookEvent } from '../canonical.ts'
import type { ChannelOperations, Connector } from '../contract.ts'
import { withoutPersonalData } from '../personal-data.ts'
import type { Destination, Recipient } from '../warehouse/shapes.ts'
import { type ConformanceCase, refusalOf } from './conformance-case.ts'
import { expect } from './expect.ts'
import type { ConformanceWorld } from './world.ts'

/** Names that stand nowhere else, so that what holds them can be searched for. */
const shoppers: readonly Recipient[] = [
  {
    name: 'Zoe Quillfeather',
    company: undefined,
    addressLines: ['7 Lanternfish Quay', 'Apt 9'],
    city: 'Los Angeles',
    region: 'CA',
    postalCode: '90013',
    country: 'US',
    phone: '+12025550187',
    email: 'zoe.quillfeather@example.com',
  },
  {
    name: 'Jörg Quillfeather',
    company: undefined,
    addressLines: ['Lanternfishweg 12'],
    city: 'Köln',
    region: undefined,
    postalCode: '50667',
    country: 'DE',
    phone: undefined,
    email: 'joerg.quillfeather@example.com',
  },
  {
    name: '王鹅毛笔',
    company: undefined,
    addressLines: ['灯笼鱼码头7号'],
    city: '深圳市',
    region: '广东省',
    postalCode: '518048',
    country: 'CN',
    phone: '+8613800005187',
    email: 'quillfeather.wang@example.com',
  },
]
const secrets = [
  'Quillfeather',
  'quillfeather',
  'Lanternfish',
  '鹅毛笔',
  '灯笼鱼',
  '2025550187',
  '13800005187',
]

/**
 * Where an order goes, which may be kept, and to whom, which is read only when it is sent. A connector without
 * `recipient` knows neither, and must still keep quiet.
 */
export function recipientCases<Settings, Credentials>({
  webhooks,
}: Pick<Connector<Settings, Credentials>, 'webhooks'>): ConformanceCase[] {
  return [
    {
      title: 'destination: a firm order says where it goes, as the shopper gave it, alone and in the list',
      async story(world) {
        if (world.operations.recipient === undefined) return
        const placed = await firmOrders(world)
        const listed = new Map((await world.allOrders(new Date(0))).map((each) => [each.externalId, each]))
        for (const { id, to } of placed) {
          const order = await world.operations.order(id)
          expect(order.destination, to.country).toEqual(destinationOf(to))
          expect(listed.get(id)?.destination, `${to.country}, in the list`).toEqual(destinationOf(to))
          expectSoundPromise(order)
        }
      },
    },
    {
      title: 'recipient: read when it is sent, as the shopper gave it',
      async story(world) {
        if (world.operations.recipient === undefined) return
        for (const { id, to } of await firmOrders(world)) {
          const recipient = await recipientOf(world.operations, id)
          if (recipient === undefined) throw new Error(`nobody is named for the order to ${to.country}`)
          const { name, addressLines, city, region, postalCode, country, phone, email } = recipient
          expect({ name, addressLines, city, region, postalCode, country }).toEqual({
            name: to.name,
            addressLines: to.addressLines,
            ...destinationOf(to),
          })
          // Some platforms keep these to themselves, or give an address of their own that passes mail on.
          if (phone !== undefined) expect(digitsOf(phone)).toBe(digitsOf(to.phone ?? ''))
          if (email !== undefined) expect(email).toContain('@')
        }
      },
    },
    {
      title:
        'recipient: what the platform does not tell is undefined and no error; the order is read all the same',
      async story(world) {
        if (world.operations.recipient === undefined) return
        const id = await buyOne(world, null)
        await world.tryStep(id, 'pay')
        expect(await recipientOf(world.operations, id)).toBeUndefined()
        expect((await world.operations.order(id)).destination).toBeUndefined()
      },
    },
    {
      title: 'recipient: of an order that the platform does not have: NotFound',
      async story({ operations, unknown }) {
        if (operations.recipient === undefined) return
        await refusalOf(operations.recipient(unknown.orderExternalId), 'not-found')
      },
    },
    {
      title:
        'personal data: neither orders nor webhooks nor what is stored of them names a shopper or a street',
      async story(world) {
        await world.operations.registerWebhooks(world.inbox.url)
        const placed = await firmOrders(world)
        for (const { id } of placed) expectNobody(await world.operations.order(id), 'the order')
        expectNobody(await world.allOrders(new Date(0)), 'the list of orders')
        await world.simulator.webhooks.drain()
        for (const request of world.inbox.received) {
          if (webhooks.isPing?.(request) === true) continue
          const events: WebhookEvent[] = webhooks.parse(request)
          expectNobody(events, 'a parsed webhook')
          const body: unknown = JSON.parse(Buffer.from(request.body).toString('utf8'))
          expectNobody(withoutPersonalData(body, webhooks.personalDataKeys), 'a stored webhook')
        }
        const { books } = world.simulator
        expectNobody(
          [books.orders, books.writes, books.edits].map((book) => book.after(0)),
          'the books',
        )
        expectNobody(world.calls, 'what is logged of the calls')
      },
    },
    {
      title: 'personal data: errors name no shopper and no street, whatever the answer was',
      async story(world) {
        await world.operations.registerWebhooks(world.inbox.url)
        const [first] = await firmOrders(world)
        if (first === undefined) throw new Error('no order came')
        await world.simulator.webhooks.drain()
        const calls: ((operations: ChannelOperations) => Promise<unknown>)[] = [
          (operations) => operations.orders({ since: new Date(0), cursor: undefined }),
          (operations) => operations.order(first.id),
          async (operations) => operations.recipient?.(first.id),
        ]
        const spoils: ((body: string) => string)[] = [
          (body) => body.slice(0, -2),
          (body) => `${body}}`,
          world.withUnknownOrderStatus,
          // Whatever is a text where a name or a street stands becomes something else.
          (body) => body.replace(/"([^"]*(?:Quillfeather|Lanternfish)[^"]*)"/g, '["$1"]'),
        ]
        for (const spoil of spoils) {
          for (const call of calls) {
            const operations = world.open()
            await operations.check() // tokens are fetched
            world.simulator.faults.rewriteAnswers(spoil)
            const outcome = await call(operations).catch((error: unknown) => error)
            world.simulator.faults.rewriteAnswers(undefined)
            if (outcome instanceof Error) expectNobody(outcome, 'an error')
          }
          for (const request of world.inbox.received) {
            const body = Buffer.from(spoil(Buffer.from(request.body).toString('utf8')))
            try {
              webhooks.parse({ ...request, body })
            } catch (error) {
              expectNobody(error, 'the error of a webhook')
            }
          }
        }
      },
    },
  ]
}

/** One order for each of the shoppers, paid where that is a step of its own. */
async function firmOrders(world: ConformanceWorld): Promise<{ id: string; to: Recipient }[]> {
  const placed: { id: string; to: Recipient }[] = []
  for (const to of shoppers) {
    const id = await buyOne(world, to)
    await world.tryStep(id, 'pay')
    placed.push({ id, to })
  }
  return placed
}

async function buyOne(world: ConformanceWorld, to: Recipient | null): Promise<string> {
  const [level] = await world.addProducts(1, 10)
  if (level === undefined) throw new Error('no level came')
  return await world.buy([{ sku: level.sku, quantity: 1 }], to)
}

function recipientOf(operations: ChannelOperations, id: string): Promise<Recipient | undefined> {
  if (operations.recipient === undefined) throw new Error('recipient() is gone')
  return operations.recipient(id)
}

function destinationOf({ country, region, postalCode, city }: Recipient): Destination {
  return { country, region, postalCode, city }
}

function expectSoundPromise({ shipBy, shippingMethod, placedAt }: ExternalOrder): void {
  if (shipBy !== undefined) expect(shipBy.getTime()).toBeGreaterThanOrEqual(placedAt.getTime())
  if (shippingMethod !== undefined) expect(shippingMethod).not.toBe('')
}

function expectNobody(found: unknown, what: string): void {
  const text = `${inspect(found, { depth: null, maxArrayLength: null, maxStringLength: null })} ${JSON.stringify(found)}`
  for (const secret of secrets) {
    const at = text.indexOf(secret)
    if (at !== -1) throw new Error(`${what} names "${secret}": ${text.slice(Math.max(0, at - 80), at + 40)}`)
  }
}

function digitsOf(text: string): string {
  return text.replaceAll(/\D/g, '')
}
