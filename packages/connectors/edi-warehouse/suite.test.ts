import { createMemoryFileLog, openFolder, systemClock } from '@plimsoll/connector-kit'
import { conformanceCases } from '@plimsoll/connector-kit/conformance'
import { createConformanceWorld } from '@plimsoll/connector-kit/conformance-suite'
import { expect, test } from 'vitest'
import { connector } from './index.ts'
import { createEdiWarehouseSimulator } from './simulator/index.ts'

const only = process.env['CASES']
test.each(conformanceCases(connector).map((each) => [each.title, each] as const))(
  '%s',
  async (_, { story, title }) => {
    if (only !== undefined && !new RegExp(only).test(title)) return
    const simulator = await createEdiWarehouseSimulator()
    const log = createMemoryFileLog(() => systemClock.now())
    const withFiles: typeof connector = {
      ...connector,
      open: (context) =>
        connector.open({
          ...context,
          files: { log, open: (place) => openFolder(place, { clock: systemClock, localRoot: undefined }) },
        }),
    }
    const world = await createConformanceWorld({
      connector: withFiles,
      simulator,
      settings: simulator.settings,
      credentials: simulator.credentials,
      wrongCredentials: { ...simulator.credentials, password: 'wrong' },
      wrongWebhookCredentials: simulator.credentials,
      unknown: {
        listingExternalId: 'NO-SUCH',
        orderExternalId: 'NO-SUCH',
        level: { stockUnitId: 'NO-SUCH', locationId: 'NORTH' },
      },
      withUnknownOrderStatus: (body) => body,
    })
    try {
      await story(world)
    } finally {
      await simulator.close()
    }
    expect(true).toBe(true)
  },
  8_000,
)
