import type { InboundNotice, WarehouseReceipt, WarehouseReturn } from '../warehouse/shapes.ts'
import { type ConformanceCase, refusalOf } from './conformance-case.ts'
import { expect } from './expect.ts'
import {
  askedFor,
  floorOf,
  inboundNotice,
  readAll,
  stepOn,
  streamOf,
  warehouseOf,
} from './warehouse-world.ts'
import type { ConformanceWorld } from './world.ts'

/** What comes in. Each case ends where the warehouse has no such operation: no term declares them. */
export function warehouseIntakeCases(): ConformanceCase[] {
  return [
    {
      title: 'I3: inbound: announced twice, and after a lost answer, it is one delivery',
      async story(world) {
        const warehouse = warehouseOf(world)
        if (warehouse.announceInbound === undefined) return
        const notice = await inboundNotice(world, { quantities: [10, 4] })
        const { externalId } = await warehouse.announceInbound(notice)
        expect(await warehouse.announceInbound(notice)).toEqual({ externalId })
        const lost = await inboundNotice(world)
        world.simulator.faults.set({ dropResponseRate: 1 })
        await refusalOf(warehouse.announceInbound(lost), 'unavailable')
        world.simulator.faults.set({ dropResponseRate: 0 })
        await warehouse.announceInbound(lost)
        const made = floorOf(world).intake.inbounds()
        expect(made).toHaveLength(2)
        expect(made[0]?.lines.map(({ sku, quantity }) => ({ sku, quantity }))).toEqual(
          notice.lines.map(({ sku, quantity }) => ({ sku, quantity })),
        )
      },
    },
    {
      title: 'inbound: an unknown SKU is Invalid and named',
      async story(world) {
        const warehouse = warehouseOf(world)
        if (warehouse.announceInbound === undefined) return
        const notice = await inboundNotice(world)
        const { stockUnitId } = world.unknown.level
        const lines = notice.lines.map((line) => ({ ...line, sku: 'NO-SUCH-SKU', stockUnitId }))
        const error = await refusalOf(warehouse.announceInbound({ ...notice, lines }), 'invalid')
        expect(error).toMatchObject({ field: 'lines.sku' })
        expect(floorOf(world).intake.inbounds()).toEqual([])
      },
    },
    {
      title: 'receipts: taken in by parts, each told as so far; closed, it is complete',
      async story(world) {
        const read = streamOf(world, 'receipts')
        const warehouse = warehouseOf(world)
        if (read === undefined) return
        if (warehouse.announceInbound === undefined && world.warehouse.followsWhatPeopleAnnounce !== true)
          return
        const notice = await inboundNotice(world, { quantities: [10] })
        const sku = notice.lines[0]?.sku ?? ''
        const { intake } = floorOf(world)
        const announced = await warehouse.announceInbound?.(notice)
        // Where nothing can be announced from here, a person does it there, and names it by the hub's id.
        if (announced === undefined) announceThere(world, notice)
        const id = intake.inbounds()[0]?.id ?? 0
        const told = async () => {
          const { rows } = await readAll(read, new Date(0))
          return rows.findLast((row) => announced === undefined || row.externalId === announced.externalId)
        }
        intake.receive(id, [{ sku, quantity: 6 }])
        const first = await told()
        expect(first).toMatchObject({ inboundId: notice.inboundId, locationId: notice.locationId })
        expect(first?.isComplete).toBe(false)
        expectReceived(first, sku, 6)
        intake.receive(id, [{ sku, quantity: 3 }])
        expectReceived(await told(), sku, 9)
        intake.close(id)
        const last = await told()
        // A unit less came than was announced.
        expectReceived(last, sku, 9)
        expect(last?.isComplete).toBe(true)
        if (first?.version !== undefined && last?.version !== undefined)
          expect(last.version).toBeGreaterThan(first.version)
        // Told again it is the same, line by line.
        expect(await told()).toEqual(last)
      },
    },
    {
      title: 'receipts: damaged units are told as damaged',
      async story(world) {
        const read = streamOf(world, 'receipts')
        const warehouse = warehouseOf(world)
        if (read === undefined || warehouse.announceInbound === undefined) return
        if (world.warehouse.tellsDamaged === false) return
        const notice = await inboundNotice(world, { quantities: [10] })
        const sku = notice.lines[0]?.sku ?? ''
        const { externalId } = await warehouse.announceInbound(notice)
        const { intake } = floorOf(world)
        const id = intake.inbounds()[0]?.id ?? 0
        intake.receive(id, [
          { sku, quantity: 7 },
          { sku, quantity: 3, condition: 'damaged' },
        ])
        intake.close(id)
        const { rows } = await readAll(read, new Date(0))
        const receipt = rows.findLast((row) => row.externalId === externalId)
        expect(unitsBy(receipt, 'sellable')).toBe(7)
        expect(unitsBy(receipt, 'damaged')).toBe(3)
      },
    },
    {
      title: 'returns: told only once looked at: nothing before, then what is sellable and what is not',
      async story(world) {
        const read = streamOf(world, 'returns')
        if (read === undefined || world.warehouse.tellsWaitingReturns !== false) return
        const { request, floorId } = await askedFor(world, { quantities: [4] })
        const sku = request.lines[0]?.sku ?? ''
        stepOn(world, floorId, { step: 'ship' })
        const { intake } = floorOf(world)
        const { locationId: facilityId } = request
        const lines = [
          { sku, quantity: 1 },
          { sku, quantity: 2 },
        ]
        const made = intake.returnUnits({ reference: 'RMA-1', requestId: floorId, facilityId, lines })
        const told = async () => (await readAll(read, new Date(0))).rows
        expect(await told()).toEqual([])
        intake.inspect(made.id, 1, 'sellable')
        intake.inspect(made.id, 2, 'damaged')
        const rows = await told()
        expect(rows.every((row) => row.isComplete && row.locationId === facilityId)).toBe(true)
        expect(new Set(rows.map(({ externalId }) => externalId)).size).toBe(rows.length)
        const units = rows.flatMap((row) =>
          row.lines.map((line) => [line.sku, line.condition, line.quantity]),
        )
        expect(units.sort()).toEqual([
          [sku, 'damaged', 2],
          [sku, 'sellable', 1],
        ])
        expect(await told()).toEqual(rows)
      },
    },
    {
      title: 'returns: what came back, in which condition; complete once all of it is inspected',
      async story(world) {
        const read = streamOf(world, 'returns')
        if (read === undefined || world.warehouse.tellsWaitingReturns === false) return
        const { request, floorId } = await askedFor(world, { quantities: [4] })
        const sku = request.lines[0]?.sku ?? ''
        stepOn(world, floorId, { step: 'ship' })
        const { intake } = floorOf(world)
        const made = intake.returnUnits({
          reference: 'RMA-1',
          requestId: floorId,
          facilityId: request.locationId,
          lines: [
            { sku, quantity: 1 },
            { sku, quantity: 2 },
          ],
        })
        const waiting = await onlyReturn(read)
        expect(waiting).toMatchObject({ locationId: request.locationId, isComplete: false })
        if (waiting.number !== undefined) expect(waiting.number).toBe('RMA-1')
        if (waiting.shipmentId !== undefined) expect(waiting.shipmentId).toBe(request.shipmentId)
        expect(waiting.lines.every(({ condition }) => condition === 'waiting')).toBe(true)
        intake.inspect(made.id, 1, 'sellable')
        intake.inspect(made.id, 2, 'disposed')
        const done = await onlyReturn(read)
        expect(done.externalId).toBe(waiting.externalId)
        expect(done.isComplete).toBe(true)
        const conditions = done.lines.map(({ condition, quantity }) => [condition, quantity])
        expect(conditions.sort()).toEqual([
          ['disposed', 2],
          ['sellable', 1],
        ])
        if (waiting.version !== undefined && done.version !== undefined)
          expect(done.version).toBeGreaterThan(waiting.version)
      },
    },
  ]
}

function announceThere(
  world: ConformanceWorld,
  { inboundId, locationId, number, lines }: InboundNotice,
): void {
  floorOf(world).intake.announce({
    reference: inboundId,
    number,
    facilityId: locationId,
    lines: lines.map(({ sku, quantity }) => ({ sku, quantity })),
  })
}

function unitsBy(receipt: WarehouseReceipt | undefined, condition: string): number {
  const lines = receipt?.lines.filter((line) => line.condition === condition) ?? []
  return lines.reduce((sum, { quantity }) => sum + quantity, 0)
}

function expectReceived(receipt: WarehouseReceipt | undefined, sku: string, units: number): void {
  const lines = receipt?.lines ?? []
  expect(new Set(lines.map(({ externalId }) => externalId)).size, 'no two lines share an id').toBe(
    lines.length,
  )
  expect(lines.every((line) => line.sku === sku)).toBe(true)
  expect(lines.reduce((sum, { quantity }) => sum + quantity, 0)).toBe(units)
}

async function onlyReturn(
  read: NonNullable<NonNullable<ConformanceWorld['operations']['warehouse']>['returns']>,
): Promise<WarehouseReturn> {
  const { rows } = await readAll(read, new Date(0))
  const last = rows.at(-1)
  if (last === undefined) throw new Error('no return came')
  expect(new Set(rows.map(({ externalId }) => externalId)).size).toBe(1)
  return last
}
