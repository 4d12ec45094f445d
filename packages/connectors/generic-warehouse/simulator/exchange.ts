import { Malformed, type Recipient } from '@plimsoll/connector-kit'
import type { WarehouseFloor } from '@plimsoll/connector-kit/simulator'
import { z } from 'zod'

/** What the simulated warehouse says of its floor, and how it takes what it is told. */

const asked = z.object({
  reference: z.string(),
  number: z.string(),
  site: z.string(),
  shipment: z.string().optional(),
  recipient: z.record(z.string(), z.unknown()).optional(),
  lines: z.array(
    z.object({
      line: z.string(),
      sku: z.string(),
      units: z.int().positive(),
      lot: z.string().optional(),
      expires: z.string().optional(),
    }),
  ),
})

const iso = (ms: number) => new Date(ms).toISOString()

/** Rows by the name of their feed, as they are now. */
export function exportOf(floor: WarehouseFloor): Record<string, object[]> {
  return {
    levels: levelsOf(floor),
    items: floor
      .items()
      .map(({ sku, stockUnitId, title, barcode }) => ({ sku, item: stockUnitId, title, barcode })),
    shipments: shipmentsOf(floor),
    receipts: floor.intake.inbounds().flatMap((inbound) =>
      inbound.received.map((row) => ({
        paper: inbound.reference ?? String(inbound.id),
        reference: inbound.reference,
        site: inbound.facilityId,
        complete: inbound.state === 'closed',
        ...receivedRow(`${inbound.id}/${row.id}`, row),
      })),
    ),
    returns: arrivedReturns(floor).flatMap(({ details: { number }, ...returned }) =>
      returned.lines.map((row) => ({
        paper: String(returned.id),
        rma: number ?? returned.reference,
        ours: number === undefined ? undefined : returned.reference,
        reference: floor.requests.get(returned.requestId ?? 0)?.reference,
        site: returned.facilityId,
        complete: returned.isComplete,
        ...receivedRow(`${returned.id}/${row.id}`, row),
      })),
    ),
  }
}

/** What is only announced has not come. */
function arrivedReturns({ intake }: WarehouseFloor) {
  return intake.returns().filter(({ state }) => state === 'arrived')
}

type Received = {
  sku: string
  quantity: number
  condition: string
  lot: string | undefined
  expiresOn: string | undefined
  serials: readonly string[]
  receivedAtMs: number
}

function receivedRow(
  row: string,
  { sku, quantity, condition, lot, expiresOn, serials, receivedAtMs }: Received,
) {
  return {
    row,
    line: row,
    sku,
    units: quantity,
    grade: condition,
    lot,
    expires: expiresOn,
    serials,
    at: iso(receivedAtMs),
  }
}

/** A row for each lot; what is promised and on its way stands beside the first. */
function levelsOf(floor: WarehouseFloor): object[] {
  return floor.counts().flatMap(({ sku, stockUnitId, facilityId, committed, incoming }) => {
    const shelf = floor.shelf({ facilityId, sku })
    const rows =
      shelf.length > 0 ? shelf : [{ sellable: 0, damaged: 0, lot: undefined, expiresOn: undefined }]
    return rows.map(({ sellable, damaged, lot, expiresOn }, at) => ({
      ...{
        sku,
        item: stockUnitId,
        site: facilityId,
        onHand: sellable + damaged,
        damaged,
        lot,
        expires: expiresOn,
      },
      committed: at === 0 ? Math.min(committed, sellable) : 0,
      incoming: at === 0 ? incoming : 0,
    }))
  })
}

function shipmentsOf(floor: WarehouseFloor): object[] {
  return floor.requests.all().flatMap(({ id, reference, state, problem, parcels }) => {
    const head = { reference, state, code: problem?.code, problem: problem?.message }
    const lines = parcels.flatMap((parcel) =>
      parcel.lines.map((line, at) => ({
        reference,
        row: `${id}/${parcel.id}/${at}`,
        box: `${id}-${parcel.id}`,
        carrier: parcel.carrier,
        tracking: parcel.trackingNumber,
        url: parcel.trackingUrl,
        at: iso(parcel.shippedAtMs),
        line: line.reference,
        sku: line.sku,
        units: line.quantity,
        lot: line.lot,
        serials: line.serials,
      })),
    )
    return [...lines, { ...head, row: String(id) }]
  })
}

/** @returns its own id of it. @throws Malformed where it does not understand or know what is asked */
export function take(floor: WarehouseFloor, what: string, text: string): { id: string; isLate?: boolean } {
  const given: unknown = JSON.parse(text)
  if (what === 'cancels') {
    const { reference } = z.object({ reference: z.string() }).parse(given)
    const request = floor.requests.byReference(reference)
    const done = request === undefined ? 'not-found' : floor.requests.cancel(request.id, 'until-working')
    return { id: reference, isLate: done === 'too-late' }
  }
  if (what === 'not-expected') {
    const { reference } = z.object({ reference: z.string() }).parse(given)
    const here = floor.intake.returns().filter((each) => each.reference === reference)
    const isLate = here.some(({ id, state }) => state !== 'cancelled' && !floor.intake.cancelReturn(id))
    return { id: reference, isLate }
  }
  const { reference, number, site, shipment, recipient, lines } = asked.parse(given)
  const common = {
    ...{ reference, number, facilityId: site },
    lines: lines.map(({ line, sku, units, lot, expires }) => ({
      reference: line,
      sku,
      quantity: units,
      lot,
      expiresOn: expires,
    })),
  }
  const taken =
    what === 'orders'
      ? // Personal data is taken as it came: the floor shows it to nobody.
        floor.requests.ask({ ...common, recipient: recipient as Recipient })
      : what === 'expected'
        ? floor.intake.announceReturn({
            ...common,
            requestId: shipment === undefined ? undefined : floor.requests.byReference(shipment)?.id,
            details: { number },
          })
        : floor.intake.announce(common)
  if (taken.kind === 'unknown-sku' || taken.kind === 'unknown-facility')
    throw new Malformed(`It knows no such ${taken.kind === 'unknown-sku' ? 'SKU' : 'site'}.`, '')
  return { id: reference }
}
