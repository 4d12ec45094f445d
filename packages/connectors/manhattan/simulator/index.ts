import { systemClock } from '@plimsoll/connector-kit'
import {
  createSimulator,
  createWarehouseFloor,
  type RunningSimulator,
  type SimulatorOptions,
  type SimulatorServices,
  seededRandom,
  type WarehouseFloor,
  type WarehousePace,
} from '@plimsoll/connector-kit/simulator'
import type { Credentials } from '../credentials.ts'
import { pathOf } from '../paths.ts'
import { type Settings, settingsSchema } from '../settings.ts'
import { createAccount, GIVEN, ORGANIZATION } from './account.ts'
import { tellTo } from './messages.ts'
import { omniRoutes, VIEW } from './omni-routes.ts'
import { wmRoutes } from './wm-routes.ts'

export type ManhattanSimulatorOptions = SimulatorOptions & {
  /** The customer's name. */
  name?: string
  product?: Settings['product']
  /** Ids of its facilities. */
  facilities?: readonly string[]
  /** Where this environment has things elsewhere, as in the settings. */
  paths?: readonly string[]
  /** Paths that the user may not use. */
  forbidden?: readonly string[]
  /** Works by itself at this pace; people do unless given. */
  pace?: WarehousePace
}

export type ManhattanSimulator = RunningSimulator & {
  floor: WarehouseFloor
  /** What to connect with: a client with a user. */
  settings: Settings
  credentials: Credentials
  /** The client by itself. */
  clientCredentials: Credentials
  /** The client with what its page granted. */
  grantedCredentials: Credentials
  /** Ends every access token before its time. */
  endTokens(): void
  /** Its administrator has it tell there from now on. Returns how to stop. */
  tell(url: string, proof?: Partial<Pick<Settings, 'webhookHeader' | 'webhookProof'>>): () => void
}

/** Starts a simulated environment of one customer. */
export async function createManhattanSimulator(
  options: ManhattanSimulatorOptions = {},
): Promise<ManhattanSimulator> {
  const {
    clock = systemClock,
    seed = 1,
    name = 'Manhattan Active',
    product = 'wm',
    facilities = ['DC-NORTH', 'DC-SOUTH'],
    paths = [],
    forbidden = [],
  } = options
  const floor = createWarehouseFloor({
    clock,
    random: seededRandom(seed ^ 0x3a17),
    facilities: facilities.map((id) => ({ id, name: `Facility ${id}` })),
    firstRequestId: 500_001,
    stockUnitIds: 'skus',
    pace: options.pace,
  })
  const account = createAccount({ clock, locations: facilities, forbidden })
  let services: SimulatorServices | undefined

  const running = await createSimulator(
    {
      id: 'manhattan',
      name,
      colour: '#00539b',
      floor,
      routes(app, kit) {
        services = kit
        account.routes(app, kit)
        app.register(async (api) => {
          api.addHook('onRequest', (request, reply) => account.admit(request, reply, kit))
          const routes = product === 'wm' ? wmRoutes : omniRoutes
          routes(api, floor, (each) => pathOf(paths, each), 'OrderNumber')
        })
      },
    },
    { ...options, clock },
  )
  const { clientId, clientSecret, username, password, refreshToken, webhookSecret } = GIVEN
  const client = { clientId, clientSecret, webhookSecret }
  const settings = settingsSchema.parse({
    product,
    environment: 'simulated',
    organization: ORGANIZATION,
    facilities: [...facilities],
    ...(product === 'omni' && { viewName: VIEW }),
    paths: [...paths],
    endpoint: running.url,
  })
  return {
    ...running,
    floor,
    settings,
    credentials: { ...client, username, password },
    clientCredentials: client,
    grantedCredentials: { ...client, refreshToken },
    endTokens: account.endTokens,
    tell(url, proof = {}) {
      if (services === undefined) throw new Error('the simulator has not begun')
      return tellTo(url, floor, services, { ...settings, ...proof })
    },
  }
}
