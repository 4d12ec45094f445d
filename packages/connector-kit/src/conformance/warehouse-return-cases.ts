import type { ReturnNotice, WarehouseReturn } from '../warehouse/shapes.ts'
import { type ConformanceCase, refusalOf } from './conformance-case.ts'
import { expect } from './expect.ts'
import {
  askedFor,
  floorOf,
  readAll,
  returnNotice,
  returnsOf,
  stepOn,
  streamOf,
  warehouseOf,
} from './warehouse-world.ts'

/** Word of returns before they come. Each case ends where settings switch that off. */
export function warehouseReturnCases(): ConformanceCase[] {
  return [
    {
      title: 'I3: return notice: told twice, and after a lost answer, one return is expected',
      async story(world) {
        const warehouse = warehouseOf(world)
        if (warehouse.announceReturn === undefined) return
        const notice = await returnNotice(world, { quantities: [2, 1] })
        const { externalId } = await warehouse.announceReturn(notice)
        expect(await warehouse.announceReturn(notice)).toEqual({ externalId })
        // Another process knows nothing of the first.
        const other = warehouseOf({ operations: world.open() })
        expect(await other.announceReturn?.(notice)).toEqual({ externalId })
        const lost = await returnNotice(world)
        world.simulator.faults.set({ dropResponseRate: 1 })
        const error = await refusalOf(warehouse.announceReturn(lost), 'unavailable')
        world.simulator.faults.set({ dropResponseRate: 0 })
        // Whatever is looked up first may have been what was lost; then nothing was sent.
        expect(returnsOf(world, lost).length).toBeLessThanOrEqual('sent' in error && error.sent ? 1 : 0)
        await warehouse.announceReturn(lost)
        for (const each of [notice, lost]) {
          const [made, ...more] = returnsOf(world, each)
          expect(more, 'one return of one notice').toEqual([])
          expect(made?.facilityId).toBe(each.locationId)
          expect(made?.lines.map(({ sku, quantity }) => ({ sku, quantity }))).toEqual(
            each.lines.map(({ sku, quantity }) => ({ sku, quantity })),
          )
        }
        expect(floorOf(world).verdict(), 'nothing is there by that').toMatchObject({ countsAgree: true })
      },
    },
    {
      title: 'return notice: an unknown SKU is Invalid and named; nothing is expected by it',
      async story(world) {
        const warehouse = warehouseOf(world)
        if (warehouse.announceReturn === undefined) return
        const notice = await returnNotice(world)
        const { stockUnitId } = world.unknown.level
        const lines = notice.lines.map((line) => ({ ...line, sku: 'NO-SUCH-SKU', stockUnitId }))
        const error = await refusalOf(warehouse.announceReturn({ ...notice, lines }), 'invalid')
        expect(error).toMatchObject({ field: 'lines.sku' })
        expect(returnsOf(world, notice)).toEqual([])
      },
    },
    {
      title: 'return notice: what comes of it is told as the same return, by its id, its number or ours',
      async story(world) {
        const warehouse = warehouseOf(world)
        if (warehouse.announceReturn === undefined) return
        const read = streamOf(world, 'returns')
        const { request, externalId: shipped, floorId } = await askedFor(world, { quantities: [4] })
        stepOn(world, floorId, { step: 'ship' })
        const { shipmentId, locationId } = request
        const lines = request.lines.map((line) => ({ ...line, quantity: 2, serials: [] }))
        const shipment = { shipmentId, externalId: shipped }
        const notice = await returnNotice(world, { locationId, lines, shipment })
        const { externalId } = await warehouse.announceReturn(notice)
        const [made] = returnsOf(world, notice)
        if (made === undefined) throw new Error('nothing is expected')
        const { intake } = floorOf(world)
        const before = read === undefined ? [] : (await readAll(read, new Date(0))).rows
        expect(inStock(before), 'before it comes').toBe(0)
        expect(intake.arriveReturn(made.id)).toBe(true)
        for (const line of made.lines) intake.inspect(made.id, line.id, 'sellable')
        if (read === undefined) return
        const { rows } = await readAll(read, new Date(0))
        expect(inStock(rows)).toBe(2)
        const told = rows.at(-1)
        expect(told?.isComplete).toBe(true)
        expect(isSame(told, notice, externalId), 'the return that was announced').toBe(true)
        if (told?.shipmentId !== undefined) expect(told.shipmentId).toBe(shipmentId)
      },
    },
    {
      title: 'return notice: taken back, nothing is expected; again it is the same; what has come stays',
      async story(world) {
        const warehouse = warehouseOf(world)
        const { announceReturn, withdrawReturn } = warehouse
        if (announceReturn === undefined || withdrawReturn === undefined) return
        const announce = async () => {
          const notice = await returnNotice(world)
          const { externalId } = await announceReturn.call(warehouse, notice)
          const [made] = returnsOf(world, notice)
          if (made === undefined) throw new Error('nothing is expected')
          return { notice, made, told: { ...notice, externalId } }
        }
        const first = await announce()
        expect(await withdrawReturn.call(warehouse, first.told)).toBe('withdrawn')
        expect(await withdrawReturn.call(warehouse, first.told), 'again').toBe('withdrawn')
        expect(first.made.state).toBe('cancelled')
        // The answer was lost: nobody knows their id.
        const second = await announce()
        expect(await withdrawReturn.call(warehouse, { ...second.notice, externalId: undefined })).toBe(
          'withdrawn',
        )
        expect(second.made.state).toBe('cancelled')
        const never = await returnNotice(world)
        expect(await withdrawReturn.call(warehouse, { ...never, externalId: undefined }), 'none').toBe(
          'withdrawn',
        )
        const third = await announce()
        world.simulator.faults.set({ dropResponseRate: 1 })
        await refusalOf(withdrawReturn.call(warehouse, third.told), 'unavailable')
        world.simulator.faults.set({ dropResponseRate: 0 })
        expect(await withdrawReturn.call(warehouse, third.told)).toBe('withdrawn')
        expect(third.made.state).toBe('cancelled')
        const fourth = await announce()
        floorOf(world).intake.arriveReturn(fourth.made.id)
        expect(await withdrawReturn.call(warehouse, fourth.told)).toBe('too-late')
        expect(fourth.made.state).toBe('arrived')
      },
    },
  ]
}

/** The three by which the hub knows its own, in that order. */
function isSame(told: WarehouseReturn | undefined, notice: ReturnNotice, externalId: string): boolean {
  if (told?.returnId !== undefined) return told.returnId === notice.returnId
  return told?.externalId === externalId || told?.number === notice.number
}

function inStock(rows: readonly WarehouseReturn[]): number {
  const newest = new Map(rows.map((row) => [row.externalId, row]))
  return [...newest.values()]
    .flatMap(({ lines }) => lines)
    .filter(({ condition }) => condition === 'sellable')
    .reduce((sum, { quantity }) => sum + quantity, 0)
}
