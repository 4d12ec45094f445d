import {
  type ChannelOperations,
  type Connector,
  createMemoryFileLog,
  openFolder,
  systemClock,
} from '@plimsoll/connector-kit'
import { type ConformanceSetups, createConformanceWorld } from '@plimsoll/connector-kit/conformance-suite'
import { connector } from './index.ts'
import { NOT_OWED, NOT_OWED_BY_FILE } from './not-owed.ts'
import type { Credentials, Settings } from './settings.ts'
import { createGenericWarehouseSimulator, type GenericWarehouseSimulator } from './simulator/index.ts'

type Generic = Connector<Settings, Credentials>

/** The suite over files on a real SFTP server, and over calls: with what the hub does between the two for it. */
export const conformance: ConformanceSetups<Settings, Credentials> = {
  'files over SFTP': { connector, start: () => start('sftp'), notOwed: NOT_OWED_BY_FILE },
  'REST calls': { connector, start: () => start('rest'), notOwed: NOT_OWED },
}

async function start(by: 'sftp' | 'rest') {
  const simulator = await createGenericWarehouseSimulator({ by })
  const { settings, credentials } = simulator
  const given = connector.manifest.credentials.parse(credentials)
  return createConformanceWorld({
    connector: withHub(connector, simulator),
    simulator,
    settings: connector.manifest.settings.parse(settings),
    credentials: given,
    wrongCredentials: { ...given, password: 'wrong', apiSecret: 'wrong' },
    unknown: {
      listingExternalId: '99999',
      orderExternalId: '99999',
      level: { stockUnitId: '99999', locationId: 'NORTH' },
    },
    withUnknownOrderStatus: (body) => body,
  })
}

/**
 * What comes is kept before it is acknowledged, and reading is reading what was kept: here right before each read, in the hub
 * every so often. The log is the same for every process.
 */
function withHub(generic: Generic, simulator: GenericWarehouseSimulator): Generic {
  const log = createMemoryFileLog(() => systemClock.now())
  const files = {
    log,
    open: (place: Parameters<typeof openFolder>[0]) =>
      openFolder(place, { clock: systemClock, localRoot: undefined }),
  }
  return {
    ...generic,
    open(context) {
      const bound = { ...context, files }
      const take = async (): Promise<void> => {
        simulator.exportFiles()
        // Polls are due anew with each, as after their minutes.
        const operations = generic.open(bound)
        // A file is taken once it was seen twice as it is.
        for (let look = 0; look < 8; look += 1) {
          const messages = (await operations.pull?.()) ?? []
          for (const message of messages) {
            const file = await generic.webhooks.toFile?.(message, bound)
            if (file !== undefined) await log.keep({ direction: 'in', ...file })
            await operations.acknowledge?.([message.receipt])
          }
          if (look > 0 && messages.length === 0) return
        }
      }
      return reading(generic.open(bound), take)
    },
  }
}

function reading(operations: ChannelOperations, take: () => Promise<void>): ChannelOperations {
  const { warehouse, counts } = operations
  if (warehouse === undefined || counts === undefined) throw new Error('a warehouse has its operations')
  const { cancelShipment, shipments, receipts, returns } = warehouse
  const first =
    <Given extends unknown[], T>(call: (...given: Given) => Promise<T>) =>
    async (...given: Given) => {
      await take()
      return await call(...given)
    }
  const { stream } = operations
  return {
    ...operations,
    ...(stream !== undefined && { stream: first(stream) }),
    listings: first((...given: Parameters<ChannelOperations['listings']>) => operations.listings(...given)),
    listing: first((...given: Parameters<ChannelOperations['listing']>) => operations.listing(...given)),
    counts: first(counts),
    warehouse: {
      ...warehouse,
      findShipment: first(warehouse.findShipment),
      ...(cancelShipment !== undefined && { cancelShipment: first(cancelShipment) }),
      ...(shipments !== undefined && { shipments: first(shipments) }),
      ...(receipts !== undefined && { receipts: first(receipts) }),
      ...(returns !== undefined && { returns: first(returns) }),
    },
  }
}
