import { type ConformanceSetups, createConformanceWorld } from '@plimsoll/connector-kit/conformance-suite'
import { connector } from './index.ts'
import type { Credentials, Settings } from './settings.ts'
import { createShipStationSimulator } from './simulator/index.ts'

async function start() {
  // Each connection of a world has budgets of its own; together they would spend the minute.
  const simulator = await createShipStationSimulator({ v1PerMinute: 100_000, v2PerMinute: 100_000 })
  const { credentials } = simulator
  return createConformanceWorld({
    connector,
    simulator,
    settings: simulator.settings,
    credentials,
    wrongCredentials: { ...credentials, apiSecret: 'wrong' },
    warehouse: { method: 'Standard' },
    unknown: {
      listingExternalId: '99999999',
      orderExternalId: '99999999',
      level: { stockUnitId: '99999999', locationId: '12345' },
    },
    withUnknownOrderStatus: (body) =>
      body.replaceAll('"orderStatus":"awaiting_shipment"', '"orderStatus":"Teleported"'),
  })
}

export const conformance: ConformanceSetups<Settings, Credentials> = {
  'ShipStation, whose inventory counts': { connector, start },
}
