import { createMemoryFileLog, type Folder, openFolder, systemClock } from '@plimsoll/connector-kit'
import {
  type ConformanceSetups,
  type ConformanceWorld,
  conformanceCases,
  createConformanceWorld,
} from '@plimsoll/connector-kit/conformance-suite'
import type { PartnerProfileInput } from '@plimsoll/edi'
import { connector } from './index.ts'
import type { Credentials, Settings } from './settings.ts'
import { createEdiWarehouseSimulator, type EdiWarehouseSimulator } from './simulator/index.ts'

/** What no partner who answers by files, later, can have. */
const WITHOUT: readonly { about: RegExp; why: string }[] = [
  { about: /revoked credentials/, why: 'a session that stands is not ended by its password' },
  {
    about: /answer that was lost|after a lost answer|one that never arrived/,
    why: 'answers of HTTP are lost in it; crashes at each step of the exchange are tried in packages/edi',
  },
  { about: /unknown SKU/, why: 'the partner says so later, in an advice in which nothing ships' },
  {
    about: /being worked on: working|held for an address|cancelled by its people/,
    why: 'no set says so',
  },
  { about: /never documented|^failures:/, why: 'they are answers of HTTP' },
  { about: /while they change/, why: 'a page is cut from files that are there' },
]

/** The suite over a real SFTP server, without what a partner who answers by files, later, cannot have. */
export const conformance: ConformanceSetups<Settings, Credentials> = {
  'X12 over SFTP': {
    connector,
    start: async () => (await startWorld()).world,
    notOwed: Object.fromEntries(
      conformanceCases(connector).flatMap(({ title }) => {
        const found = WITHOUT.find(({ about }) => about.test(title))
        return found === undefined ? [] : [[title, found.why]]
      }),
    ),
  },
}

/** A world with a fresh partner, and a log of files in memory that all processes of the hub share. */
export async function startWorld(
  given: { agreement?: PartnerProfileInput } = {},
): Promise<{ world: ConformanceWorld; simulator: EdiWarehouseSimulator }> {
  const started = await createEdiWarehouseSimulator(given)
  const folders: Folder[] = []
  const simulator: EdiWarehouseSimulator = {
    ...started,
    async close() {
      await Promise.all(folders.map((folder) => folder.close()))
      await started.close()
    },
  }
  const log = createMemoryFileLog(() => systemClock.now())
  const world = await createConformanceWorld({
    connector: {
      ...connector,
      open: (context) =>
        connector.open({
          ...context,
          files: {
            log,
            open(place) {
              const folder = openFolder(place, { clock: systemClock, localRoot: undefined })
              folders.push(folder)
              return folder
            },
          },
        }),
    },
    simulator,
    settings: simulator.settings,
    credentials: simulator.credentials,
    wrongCredentials: { ...simulator.credentials, password: 'wrong' },
    unknown: {
      listingExternalId: 'NO-SUCH',
      orderExternalId: 'NO-SUCH',
      level: { stockUnitId: 'NO-SUCH', locationId: 'NORTH' },
    },
    withUnknownOrderStatus: (body) => body,
  })
  // Files name SKUs; the floor's own ids of stock units stay on it.
  const bySku = <T extends { sku: string }>(rows: readonly T[]) =>
    rows.map((row) => ({ ...row, stockUnitId: row.sku }))
  const { addProducts, seed } = world
  return {
    simulator,
    world: {
      ...world,
      addProducts: async (...more) => bySku(await addProducts(...more)),
      seed: async (...more) => bySku(await seed(...more)),
    },
  }
}
