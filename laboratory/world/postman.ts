import { receiveWebhook } from '@plimsoll/sync'
import type { AcknowledgedWebhook } from '../invariants/books.ts'
import type { Level, Order, Platform } from '../platforms/platform.ts'
import { levelBody, orderBody } from '../platforms/webhooks.ts'
import { COUNTED_BODY, requestBody, WAREHOUSE_KEY } from '../warehouses/connector.ts'
import type { FloorRequest, Warehouse } from '../warehouses/warehouse.ts'
import type { HubProcess } from './hub-process.ts'
import { createRandom, type Random } from './random.ts'
import type { Scheduler } from './scheduler.ts'
import type { Trace } from './trace.ts'
import type { Weather } from './weather.ts'

const ANSWER_MS_MAX = 5_000
/** A platform tries again so long after a webhook that was not answered, and then gives up. */
const TRY_AGAIN_MS = [1_000, 4_000, 10_000]

type World = {
  seed: string
  scheduler: Scheduler
  trace: Trace
  weather: Weather
  processes: readonly HubProcess[]
}

type Letter = {
  platform: { name: string; connectionId: string }
  body: string
  about: AcknowledgedWebhook | undefined
  key: string
}

/** Carries webhooks from the platforms to whichever process takes them: late, twice, in any order, or never. */
export class Postman {
  /** What the hub has said it stored, until it is asked for. */
  readonly #acknowledged: AcknowledgedWebhook[] = []
  readonly #world: World
  readonly #door: Random

  constructor(world: World) {
    this.#world = world
    this.#door = createRandom(`${world.seed}/door`)
  }

  takeAcknowledged(): AcknowledgedWebhook[] {
    return this.#acknowledged.splice(0)
  }

  tellOfOrder(platform: Platform, order: Order): void {
    const { webhooks } = platform.kind
    if (webhooks === 'none') return
    const version = order.states.at(-1)?.version ?? 0
    const about = { platform: platform.name, orderId: order.id, version }
    const isUnreadable = this.#world.weather.isUnreadable(platform.name, order.id)
    this.#send({
      platform,
      body: orderBody(platform, order, { isUnreadable }),
      about: webhooks === 'whole-orders' && !isUnreadable ? about : undefined,
      key: platform.key,
    })
  }

  /** Somebody who does not know the key tells of an order. */
  forge(platform: Platform, listingId: string, units: number): void {
    const { scheduler, trace } = this.#world
    const now = Math.floor(scheduler.now)
    const line = { externalId: 'forged-1', listingExternalId: listingId, sku: undefined, title: listingId }
    const counts = { ordered: units, current: units, shipped: 0, returned: 0, subtracted: 'yes' }
    const order = { externalId: 'forged', number: '#forged', state: 'open', placedAt: new Date(now) }
    const rest = { version: now, currency: 'EUR', test: false, locationId: 'default' }
    const body = JSON.stringify({
      kind: 'order',
      id: 'forged',
      order: { ...order, ...rest, lines: [{ ...line, ...counts }] },
    })
    trace.tell('somebody', `forges a webhook of ${platform.name}: ${units} of ${listingId} sold`)
    this.#knock({ platform, body, about: undefined, key: 'guessed' }, 0)
  }

  tellOfLevel(platform: Platform, level: Level): void {
    if (!platform.kind.tellsOfLevels) return
    const body = levelBody(level, Math.floor(this.#world.scheduler.now) + platform.clockMs)
    this.#send({ platform, body, about: undefined, key: platform.key })
  }

  tellOfRequest(warehouse: Warehouse, request: FloorRequest): void {
    if (warehouse.kind.webhooks === 'none') return
    const body = requestBody(warehouse, request)
    this.#send({ platform: warehouse, body, about: undefined, key: WAREHOUSE_KEY })
  }

  tellOfCount(warehouse: Warehouse): void {
    if (warehouse.kind.webhooks === 'none' || warehouse.connectionId === '') return
    this.#send({ platform: warehouse, body: COUNTED_BODY, about: undefined, key: WAREHOUSE_KEY })
  }

  #send(letter: Letter): void {
    const { scheduler, weather, trace } = this.#world
    const { delaysMs } = weather.webhookFate(letter.platform.name)
    if (delaysMs.length === 0) trace.tell(letter.platform.name, `: a webhook is lost: ${shortened(letter)}`)
    for (const ms of delaysMs) {
      scheduler.after(ms, { what: `${letter.platform.name}: webhook`, run: () => this.#knock(letter, 0) })
    }
  }

  #knock(letter: Letter, tries: number): void {
    const { scheduler, trace } = this.#world
    const process = this.#door.pickFrom(this.#world.processes)
    const { life, context, engine } = process ?? {}
    const again = () => {
      const ms = TRY_AGAIN_MS[tries]
      if (ms === undefined) return
      scheduler.after(ms, {
        what: `${letter.platform.name}: webhook again`,
        run: () => this.#knock(letter, tries + 1),
      })
    }
    if (process === undefined || context === undefined || engine === undefined || life?.state === 'dead') {
      again()
      return
    }
    let isAnswered = false
    const answered = (text: string, isTaken: boolean) =>
      scheduler.after(5, {
        what: `${letter.platform.name}: webhook answered`,
        run: () => {
          if (isAnswered) return
          isAnswered = true
          trace.tell(life?.name ?? '', `answers a webhook of ${letter.platform.name}: ${text}`, {
            detail: true,
          })
          if (!isTaken) again()
          else if (letter.about !== undefined) this.#acknowledged.push(letter.about)
        },
      })
    scheduler.after(ANSWER_MS_MAX, {
      what: `${letter.platform.name}: webhook unanswered`,
      run: () => {
        if (isAnswered) return
        isAnswered = true
        again()
      },
    })
    scheduler.after(0, {
      ...(life !== undefined && { owner: life }),
      what: `${process.name}: takes a webhook`,
      run: () => {
        const request = {
          method: 'POST',
          url: 'https://hub.example/webhooks/1',
          headers: { 'x-key': letter.key },
          body: Buffer.from(letter.body),
        }
        receiveWebhook(context, engine.registry, letter.platform.connectionId, request).then(
          (answer) => answered(answer.kind, answer.kind === 'stored'),
          (error: unknown) => answered(`an error (${String(error)})`, false),
        )
      },
    })
  }
}

function shortened({ body }: Letter): string {
  const { kind, id = '' } = JSON.parse(body) as { kind: string; id?: string }
  return `${kind} ${id}`
}
