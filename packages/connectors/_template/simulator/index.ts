import { hmacSha256Base64, systemClock } from '@plimsoll/connector-kit'
import {
  createSimulator,
  type RunningSimulator,
  type SimulatorOptions,
  type SimulatorServices,
} from '@plimsoll/connector-kit/simulator'
import type { Credentials, Settings } from '../settings.ts'
import { createControl } from './control.ts'
import { routes } from './routes.ts'
import { createShop } from './shop.ts'

export type MyPlatformSimulator = RunningSimulator & {
  settings: Settings
  credentials: Credentials
  /** From now on the key is of another account. */
  becomeAnother(): void
}

/** A stateful imitation of the platform over real HTTP: its API, and the kit's `/_control` and `/shop`. */
export async function createMyPlatformSimulator(
  options: SimulatorOptions & { name?: string; currency?: string } = {},
): Promise<MyPlatformSimulator> {
  const { name = 'My Platform shop', currency = 'EUR', clock = systemClock } = options
  const credentials: Credentials = { apiKey: 'simulator-key', webhookSecret: 'simulator webhook secret' }
  const account = { id: 'shop-1' }
  let kit: SimulatorServices | undefined
  const shop = createShop({
    currency,
    now: () => clock.now(),
    onChange(order) {
      const { webhook } = shop
      if (webhook === undefined) return
      const body = JSON.stringify(order)
      kit?.webhooks.send({
        url: webhook.url,
        headers: {
          'content-type': 'application/json',
          'x-signature': hmacSha256Base64(webhook.secret, body),
        },
        body,
        retry: { delaysMs: [1_000, 10_000] },
        orderExternalId: String(order.id),
      })
    },
  })
  const running = await createSimulator(
    {
      id: 'my-platform',
      name,
      currency,
      control: createControl(shop),
      routes(app, services) {
        kit = services
        routes(app, { shop, kit: services, apiKey: credentials.apiKey, account, name, currency })
      },
    },
    options,
  )
  return {
    ...running,
    settings: { url: running.url },
    credentials,
    becomeAnother: () => void Object.assign(account, { id: 'shop-2' }),
  }
}
