import { readFileSync } from 'node:fs'
import { systemClock } from '@plimsoll/connector-kit'
import {
  createSimulator,
  type RunningSimulator,
  type SimulatorOptions,
} from '@plimsoll/connector-kit/simulator'
import type { Credentials, Settings } from '../settings.ts'
import { type Access, apiRoutes } from './api-routes.ts'
import { createControl } from './control.ts'
import { fileRoutes } from './file-routes.ts'
import { createPantry } from './shop.ts'

export type RestCsvSimulator = RunningSimulator & {
  /** To connect to its REST API. */
  settings: Settings
  /** To connect to its files. */
  fileSettings: Settings
  credentials: Credentials
  endTokens(): void
}

/** "Pantry", with a REST API and with files: what the two examples of this folder describe. */
export async function createRestCsvSimulator(
  options: SimulatorOptions & { name?: string; currency?: string; files?: boolean } = {},
): Promise<RestCsvSimulator> {
  const { name = 'Pantry', currency = 'EUR', clock = systemClock, files = false } = options
  const credentials: Credentials = { user: 'pantry-user', secret: 'pantry secret' }
  const basic = `Basic ${Buffer.from(`${credentials.user}:${credentials.secret}`).toString('base64')}`
  const access: Access = { ...credentials, isBasic: (header) => header === basic }
  const shop = createPantry({ now: () => clock.now(), currency })
  let endTokens: () => void = () => undefined
  const running = await createSimulator(
    {
      id: 'rest-csv',
      name,
      currency,
      control: createControl(shop),
      routes(app, kit) {
        endTokens = apiRoutes(app, { shop, kit, access, name, currency }).endTokens
        fileRoutes(app, { shop, kit, access })
      },
    },
    options,
  )
  const own = example('example.json', 'https://api.pantry.example', running.url)
  const fileSettings = example('example-csv.json', 'https://files.pantry.example', running.url)
  const settings = files ? fileSettings : own
  return { ...running, settings, fileSettings, credentials, endTokens: () => endTokens() }
}

/** The example as it stands in this folder, led to the simulator. */
function example(file: string, from: string, to: string): Settings {
  return { definition: readFileSync(new URL(`../${file}`, import.meta.url), 'utf8').replaceAll(from, to) }
}
