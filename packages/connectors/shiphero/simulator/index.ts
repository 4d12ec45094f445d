import { systemClock } from '@plimsoll/connector-kit'
import {
  createSimulator,
  createWarehouseFloor,
  type RunningSimulator,
  type SimulatorOptions,
  seededRandom,
  type WarehouseFloor,
  type WarehousePace,
} from '@plimsoll/connector-kit/simulator'
import { CREDITS_MAX, CREDITS_PER_SECOND, REQUESTS_PER_5_MINUTES } from '../limits.ts'
import { type Credentials, type Settings, settingsSchema } from '../settings.ts'
import { createAccount, REFRESH_TOKEN } from './account.ts'
import { idOf } from './connection.ts'
import { createEndpoint, loadSchema } from './graphql.ts'
import type { Subscriptions } from './place.ts'
import { rootOf } from './root.ts'
import { sendWebhooks } from './webhooks.ts'

export type ShipHeroSimulatorOptions = SimulatorOptions & {
  /** The account's name. */
  name?: string
  /** Names of its warehouses. */
  facilities?: readonly string[]
  /** Works by itself at this pace; people do unless given. */
  pace?: WarehousePace
  requestsPer5Minutes?: number
  credits?: number
  creditsPerSecond?: number
  /** The account is a 3PL's, and the floor that of one of its customers. */
  isThirdParty?: boolean
  /** A second order under one partner_order_id is refused; taken unless so, since nobody says which. */
  refusesDuplicates?: boolean
}

export type ShipHeroSimulator = RunningSimulator & {
  floor: WarehouseFloor
  settings: Settings
  credentials: Credentials
  /** Ends every access token before its time. */
  endTokens(): void
  /** For tests that look inside. */
  subscriptions: Subscriptions
  creditsLeft(): number
}

const FIRST_WAREHOUSE = 76_733
export const CUSTOMER_ACCOUNT_ID = idOf('Account', 7_002)

/** Starts a simulated ShipHero with one account. */
export async function createShipHeroSimulator(
  options: ShipHeroSimulatorOptions = {},
): Promise<ShipHeroSimulator> {
  const {
    clock = systemClock,
    seed = 1,
    name = 'ShipHero',
    facilities = ['Primary', 'Las Vegas'],
    isThirdParty = false,
    refusesDuplicates = false,
  } = options
  const floor = createWarehouseFloor({
    clock,
    random: seededRandom(seed ^ 0x5417),
    facilities: facilities.map((each, at) => ({ id: idOf('Warehouse', FIRST_WAREHOUSE + at), name: each })),
    firstRequestId: 310_001,
    pace: options.pace,
  })
  const account = createAccount({
    clock,
    requestsPer5Minutes: options.requestsPer5Minutes ?? REQUESTS_PER_5_MINUTES,
    credits: options.credits ?? CREDITS_MAX,
    creditsPerSecond: options.creditsPerSecond ?? CREDITS_PER_SECOND,
  })
  const subscriptions: Subscriptions = new Map()
  const customerAccountId = isThirdParty ? CUSTOMER_ACCOUNT_ID : undefined

  const running = await createSimulator(
    {
      id: 'shiphero',
      name,
      colour: '#f4364c',
      floor,
      routes(app, kit) {
        account.routes(app, kit)
        sendWebhooks(floor, subscriptions, kit)
        const answer = createEndpoint({
          schema: loadSchema(),
          root: rootOf({
            floor,
            name,
            bucket: account.bucket,
            subscriptions,
            kit,
            customerAccountId,
            refusesDuplicates,
          }),
          bucket: account.bucket,
          shouldThrottle: () => kit.faults.shouldThrottle(),
        })
        app.register(async (api) => {
          api.addHook('onRequest', (request, reply) => account.admit(request, reply, kit))
          api.post('/graphql', async (request, reply) => {
            const { status, body } = answer(request.body)
            return await reply.code(status).send(body)
          })
        })
      },
    },
    { ...options, clock },
  )
  return {
    ...running,
    floor,
    settings: settingsSchema.parse({
      endpoint: running.url,
      ...(customerAccountId !== undefined && { customerAccountId }),
    }),
    credentials: { refreshToken: REFRESH_TOKEN },
    endTokens: account.endTokens,
    subscriptions,
    creditsLeft: account.bucket.left,
  }
}
