import type { Connector } from '@plimsoll/connector-kit'
import { type ConformanceSetups, createConformanceWorld } from '@plimsoll/connector-kit/conformance-suite'
import { connector } from './index.ts'
import type { Credentials, Settings } from './settings.ts'
import { createRestCsvSimulator } from './simulator/index.ts'

const unknown = {
  listingExternalId: '99999',
  orderExternalId: '99999',
  level: { stockUnitId: '99999', locationId: 'default' },
}

const wrong = (credentials: Credentials): Credentials => ({ ...credentials, secret: 'wrong' })

// Files are proved by name and password: no token of theirs ever ends.
const { tokens: _tokens, ...byFiles }: Connector<Settings, Credentials> = connector

/** The suite, twice: over the REST API of `example.json`, and over the files of `example-csv.json`. */
export const conformance: ConformanceSetups<Settings, Credentials> = {
  'REST API': {
    connector,
    async start() {
      const simulator = await createRestCsvSimulator()
      const { settings, credentials, endTokens } = simulator
      return createConformanceWorld({
        connector,
        simulator,
        settings,
        credentials,
        wrongCredentials: wrong(credentials),
        endTokens,
        unknown,
        withUnknownOrderStatus: (body) =>
          body.replaceAll(/"status":"(placed|paid|sent|void)"/g, '"status":"teleported"'),
      })
    },
  },
  'CSV files': {
    connector: byFiles,
    async start() {
      const simulator = await createRestCsvSimulator({ files: true })
      const { settings, credentials } = simulator
      return createConformanceWorld({
        connector: byFiles,
        simulator,
        settings,
        credentials,
        wrongCredentials: wrong(credentials),
        unknown,
        withUnknownOrderStatus: (body) => body.replaceAll(/;(placed|paid|sent|void);/g, ';teleported;'),
      })
    },
  },
}
