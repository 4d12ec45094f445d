import { afterEach, expect, test } from 'vitest'
import { manualClock, systemClock } from '../clock.ts'
import { openWebhookInbox } from '../conformance/webhook-inbox.ts'
import { createBooks } from './books.ts'
import { createFaults } from './faults.ts'
import { seededRandom } from './seeded-random.ts'
import { createWebhookSender, type WebhookSenderOptions } from './webhook-sender.ts'

const cleanUp: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of cleanUp.splice(0)) await close()
})

async function setUp(options: Partial<WebhookSenderOptions> = {}) {
  const inbox = await openWebhookInbox()
  const faults = createFaults(seededRandom(3))
  const books = createBooks()
  const sender = createWebhookSender({ faults, books, clock: systemClock, ...options })
  cleanUp.push(
    () => sender.close(),
    () => inbox.close(),
  )
  const webhook = {
    url: inbox.url,
    headers: { 'x-topic': 'orders/create' },
    body: '{"id":1}',
    retry: { delaysMs: [] },
  }
  return { inbox, faults, books, sender, webhook }
}

test('a webhook arrives with its headers and bytes, and is in the books', async () => {
  const { inbox, books, sender, webhook } = await setUp()
  let delivered = 0
  sender.send({ ...webhook, orderExternalId: '1001', onDelivered: () => (delivered += 1) })
  await sender.drain()
  expect(inbox.received).toMatchObject([{ headers: { 'x-topic': 'orders/create' } }])
  expect(Buffer.from(inbox.received[0]?.body ?? []).toString()).toBe('{"id":1}')
  expect(delivered).toBe(1)
  expect(books.webhookSends.after(0)).toMatchObject([{ seq: 1, orderExternalId: '1001', attempt: 1 }])
  expect(sender.counters()).toEqual({
    sent: 1,
    delivered: 1,
    failed: 0,
    retried: 0,
    lost: 0,
    duplicated: 0,
    pending: 0,
  })
})

test('without retries a failure is final, and failures in a row are counted', async () => {
  const { inbox, sender, webhook } = await setUp()
  const failures: number[] = []
  const onFailed = (count: number) => failures.push(count)
  const sendOne = async (status: number) => {
    inbox.answerWith(status)
    sender.send({ ...webhook, onFailed })
    await sender.drain()
  }
  for (const status of [500, 404, 200, 302, 503]) await sendOne(status)
  expect(failures).toEqual([1, 2, 1, 2])
  expect(sender.counters()).toMatchObject({ sent: 5, delivered: 1, failed: 4, retried: 0 })
})

test('retries come after their delays, scaled, until one is answered', async () => {
  const clock = manualClock()
  const { inbox, sender, webhook } = await setUp({ clock, timeScale: 0.001 })
  inbox.answerWith(500)
  sender.send({ ...webhook, retry: { delaysMs: [60_000, 600_000, 3_600_000] } })
  await inbox.waitFor(() => true)
  const asleep = async () => {
    // Until the answer is back only the time-out's alarm is set, and then the retry's.
    while (clock.nextWake() === undefined || (clock.nextWake() ?? 0) - clock.monotonic() > 4_000)
      await clock.advance(0)
  }
  await asleep()
  await clock.advance(59)
  expect(inbox.received).toHaveLength(1)
  await clock.advance(1)
  await inbox.waitFor(() => inbox.received.length === 2)
  inbox.answerWith(200)
  await asleep()
  await clock.advance(600)
  await sender.drain()
  expect(inbox.received).toHaveLength(3)
  expect(sender.counters()).toMatchObject({ sent: 3, delivered: 1, failed: 0, retried: 2 })
})

test('a receiver that is not there or answers too late has failed', async () => {
  const { inbox, sender, webhook } = await setUp({ timeoutMs: 30 })
  await inbox.close()
  sender.send(webhook)
  await sender.drain()
  expect(sender.counters()).toMatchObject({ sent: 1, failed: 1, pending: 0 })
})

test('lost and duplicated webhooks are as many as counted', async () => {
  const { inbox, faults, sender, webhook } = await setUp()
  faults.set({ webhookLossRate: 0.3, webhookDuplicateRate: 0.5, webhookDelayMs: [0, 10] })
  for (let id = 0; id < 200; id += 1) sender.send({ ...webhook, body: `${id}` })
  await sender.drain()
  const { lost, duplicated, delivered } = sender.counters()
  expect(lost).toBeGreaterThan(30)
  expect(duplicated).toBeGreaterThan(40)
  expect(delivered).toBe(200 - lost + duplicated)
  expect(inbox.received).toHaveLength(delivered)
  const ids = inbox.received.map(({ body }) => Number(Buffer.from(body).toString()))
  expect(ids, 'delays reorder').not.toEqual(ids.toSorted((a, b) => a - b))
  expect(new Set(ids).size).toBe(200 - lost)
})

test('what may be pending is bounded', async () => {
  const { sender, webhook } = await setUp({ pendingMax: 5 })
  for (let id = 0; id < 8; id += 1) sender.send(webhook)
  expect(sender.counters()).toMatchObject({ pending: 5, lost: 3 })
  await sender.drain()
  expect(sender.counters()).toMatchObject({ delivered: 5, lost: 3 })
})

test('closing gives up what is pending', async () => {
  const { faults, sender, webhook } = await setUp()
  faults.set({ webhookDelayMs: [60_000, 60_000] })
  sender.send(webhook)
  expect(sender.counters().pending).toBe(1)
  const drained = sender.drain()
  await sender.close()
  await drained
  expect(sender.counters()).toMatchObject({ sent: 0, pending: 0 })
})
