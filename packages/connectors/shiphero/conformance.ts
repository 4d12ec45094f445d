import { type ConformanceSetups, createConformanceWorld } from '@plimsoll/connector-kit/conformance-suite'
import { connector } from './index.ts'
import type { Credentials, Settings } from './settings.ts'
import { idOf } from './simulator/connection.ts'
import { createShipHeroSimulator, type ShipHeroSimulatorOptions } from './simulator/index.ts'

async function start(options: ShipHeroSimulatorOptions) {
  // Each connection of a world has budgets of its own; together they would spend the credits.
  const simulator = await createShipHeroSimulator({
    credits: 1_000_000,
    creditsPerSecond: 100_000,
    requestsPer5Minutes: 1_000_000,
    ...options,
  })
  const { credentials } = simulator
  return createConformanceWorld({
    connector,
    simulator,
    settings: simulator.settings,
    credentials,
    wrongCredentials: { refreshToken: 'wrong' },
    wrongWebhookCredentials: { ...credentials, webhookSecrets: ['V2ViaG9vazox wrong'] },
    endTokens: simulator.endTokens,
    warehouse: {
      method: 'Standard',
      // Its purchase orders do not tell damaged units from others.
      tellsDamaged: false,
    },
    unknown: {
      listingExternalId: '99999999',
      orderExternalId: idOf('Order', 99_999_999),
      level: { stockUnitId: '99999999', locationId: idOf('Warehouse', 76_733) },
    },
    withUnknownOrderStatus: (body) =>
      body.includes('"shipments"')
        ? body.replaceAll('"fulfillment_status":"pending"', '"fulfillment_status":"Teleported"')
        : body,
  })
}

export const conformance: ConformanceSetups<Settings, Credentials> = {
  'ShipHero, a brand’s own account': { connector, start: () => start({}) },
  'ShipHero, a customer of a 3PL, duplicates refused': {
    connector,
    start: () => start({ isThirdParty: true, refusesDuplicates: true }),
  },
}
