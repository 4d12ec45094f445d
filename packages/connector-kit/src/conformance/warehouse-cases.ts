import { randomUUID } from 'node:crypto'
import type { Connector } from '../contract.ts'
import type { ConformanceCase } from './conformance-case.ts'
import { type CallsOf, callsOfShop, failureCases } from './failure-cases.ts'
import { warehouseIntakeCases } from './warehouse-intake-cases.ts'
import { warehouseRequestCases } from './warehouse-request-cases.ts'
import { warehouseReturnCases } from './warehouse-return-cases.ts'
import { warehouseShipmentCases } from './warehouse-shipment-cases.ts'
import { warehouseStockCases } from './warehouse-stock-cases.ts'
import { warehouseWebhookCases } from './warehouse-webhook-cases.ts'
import { askedFor, stepOn } from './warehouse-world.ts'

/** What may go wrong on the way, tried with each kind of call that there is. */
export function failureCasesOf<Settings, Credentials>({
  manifest,
}: Connector<Settings, Credentials>): ConformanceCase[] {
  if (manifest.kind === 'warehouse') return failureCases(callsOfWarehouse)
  if (manifest.warehouse === undefined) return failureCases()
  return failureCases(async (world) => [...(await callsOfShop(world)), ...(await callsOfWarehouse(world))])
}

/** What whoever stores and ships for a brand owes; none where the manifest declares no `warehouse`. */
export function warehouseCases<Settings, Credentials>(
  connector: Connector<Settings, Credentials>,
): ConformanceCase[] {
  const { warehouse, kind } = connector.manifest
  if (warehouse === undefined) return []
  const own = [
    ...warehouseRequestCases(warehouse),
    ...warehouseShipmentCases(warehouse),
    ...warehouseIntakeCases(),
    ...(warehouse.returnNotices === undefined ? [] : warehouseReturnCases()),
  ]
  // A channel that stores for its sellers too has the cases of a channel for the rest.
  if (kind !== 'warehouse') return own
  return [...warehouseStockCases(warehouse), ...own, ...warehouseWebhookCases(connector)]
}

/** One call of each kind; each finds something to read, so that it has to understand the answer. */
const callsOfWarehouse: CallsOf = async (world) => {
  const { request, floorId } = await askedFor(world)
  stepOn(world, floorId, { step: 'ship' })
  return [
    ['listings', (operations) => operations.listings(undefined)],
    ['counts', async (operations) => operations.counts?.(undefined)],
    [
      'requestShipment',
      // Of the same things: they are looked up by now, where anything is.
      async (operations) => operations.warehouse?.requestShipment({ ...request, shipmentId: randomUUID() }),
    ],
    [
      'findShipment',
      async (operations) => operations.warehouse?.findShipment(request.shipmentId, { asked: request.lines }),
    ],
    ...((world.operations.warehouse?.shipments === undefined
      ? []
      : [
          [
            'shipments',
            async (operations) =>
              operations.warehouse?.shipments?.({ since: new Date(0), cursor: undefined }),
          ],
        ]) satisfies Awaited<ReturnType<CallsOf>>),
  ]
}
