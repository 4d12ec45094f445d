import type { Clock } from '../clock.ts'
import type { WarehouseFloor } from './warehouse-floor.ts'
import { openUnits } from './warehouse-records.ts'

/** How a simulated warehouse works by itself; times in milliseconds of its clock, shares from 0 to 1. */
export type WarehousePace = {
  /** From receiving a request to beginning work, at random between the two. */
  acceptMs: readonly [number, number]
  /** From beginning to shipping. */
  shipMs: readonly [number, number]
  /** Of the requests so many leave in two parcels, one after the other. */
  splitShare: number
  /** Of the requests so many lack a unit, which is gone from the shelf too. */
  shortShare: number
  /** Of the requests so many wait for a person, who takes `shipMs` to let them go on. */
  holdShare: number
  /** From an announcement to the goods, which come in two parts. */
  receiveMs: readonly [number, number]
  /** Of the deliveries so many bring a unit less than announced, and one that is damaged. */
  discrepancyShare: number
}

export const usualPace: WarehousePace = {
  acceptMs: [500, 2_000],
  shipMs: [1_000, 4_000],
  splitShare: 0.1,
  shortShare: 0.02,
  holdShare: 0.03,
  receiveMs: [2_000, 8_000],
  discrepancyShare: 0.1,
}

/**
 * Lets people work: what is received or announced from now on is worked on by itself. All that is random is drawn when
 * a thing begins, so that a seed gives the same days whatever overtakes what.
 * @returns ends it
 */
export function workByItself(
  floor: WarehouseFloor,
  { clock, random, pace = usualPace }: { clock: Clock; random: () => number; pace?: WarehousePace },
): () => void {
  const ended = new AbortController()
  const between = ([least, most]: readonly [number, number]) => least + random() * (most - least)
  const rest = (ms: number) => clock.sleep(ms, ended.signal)
  const inBackground = (work: Promise<void>): void => {
    work.catch((error: unknown) => {
      // Ending wakes the sleepers with an error; anything else is a defect.
      if (!ended.signal.aborted) throw error
    })
  }

  const workOn = async (id: number): Promise<void> => {
    const [acceptMs, shipMs, secondMs] = [between(pace.acceptMs), between(pace.shipMs), between(pace.shipMs)]
    const [splits, lacks, waits] = [
      random() < pace.splitShare,
      random() < pace.shortShare,
      random() < pace.holdShare,
    ]
    await rest(acceptMs)
    floor.requests.step(id, { step: 'accept' })
    if (waits) {
      floor.requests.step(id, { step: 'hold', code: 'address', message: 'The address needs a look.' })
      await rest(secondMs)
      floor.requests.step(id, { step: 'release' })
    }
    await rest(shipMs)
    await untilStock(id, acceptMs)
    const request = floor.requests.get(id)
    const line = request?.lines.find((each) => openUnits(each) > 0)
    if (request?.state !== 'working' || line === undefined) return
    if (lacks) floor.requests.step(id, { step: 'short-pick', sku: line.sku, quantity: 1, lost: true })
    floor.requests.step(id, { step: 'pick' })
    if (splits && openUnits(line) > 0 && request.lines.reduce((sum, each) => sum + openUnits(each), 0) > 1) {
      floor.requests.step(id, { step: 'ship-part', lines: [{ sku: line.sku, quantity: 1 }] })
      await rest(secondMs)
    }
    floor.requests.step(id, { step: 'ship' })
  }
  /** What waits for goods is looked at again from time to time, until they are there or it is cancelled. */
  const untilStock = async (id: number, everyMs: number): Promise<void> => {
    for (;;) {
      const request = floor.requests.get(id)
      if (request?.state !== 'held' || request.problem?.code !== 'out-of-stock') return
      await rest(Math.max(1, everyMs))
      if (request.state !== 'held') return
      request.heldFrom = 'received'
      floor.requests.step(id, { step: 'release' })
      floor.requests.step(id, { step: 'accept' })
    }
  }
  const takeIn = async (id: number): Promise<void> => {
    const [firstMs, secondMs] = [between(pace.receiveMs), between(pace.receiveMs)]
    const isOff = random() < pace.discrepancyShare
    const lines = floor.intake.inbound(id)?.lines ?? []
    await rest(firstMs)
    const halves = lines.map((line) => ({ ...line, quantity: Math.ceil(line.quantity / 2) }))
    floor.intake.receive(id, halves)
    await rest(secondMs)
    const others = lines.map((line) => ({ ...line, quantity: Math.floor(line.quantity / 2) }))
    const [first] = others
    if (isOff && first !== undefined && first.quantity >= 2) {
      first.quantity -= 2
      floor.intake.receive(id, [{ ...first, quantity: 1, condition: 'damaged' }])
    }
    floor.intake.receive(
      id,
      others.filter(({ quantity }) => quantity > 0),
    )
    floor.intake.close(id)
  }

  const stop = floor.onChange((change) => {
    if (
      change.kind === 'request' &&
      change.what === 'received' &&
      change.request.changedAtMs === change.request.receivedAtMs
    )
      inBackground(workOn(change.request.id))
    if (change.kind === 'inbound' && change.inbound.state === 'announced')
      inBackground(takeIn(change.inbound.id))
  })
  return () => {
    stop()
    ended.abort(new Error('The warehouse closes.'))
  }
}
