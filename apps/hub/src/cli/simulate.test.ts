import { request } from 'undici'
import { expect, test, vi } from 'vitest'
import { startCli } from '../testing/run-cli.ts'

// Each command is a process of its own: a second and more where the machine is busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

test.each(['shopify', 'woocommerce'])(
  'simulate %s: runs a shop of its own with the catalogue, and ends with 0',
  async (connector) => {
    const shop = await startCli([
      'simulate',
      connector,
      '--products',
      '3',
      '--name',
      'Harbour',
      '--seed',
      '7',
      '--json',
    ])
    expect(shop.ready).toMatchObject({ url: expect.stringMatching(/^http:/), settings: {}, credentials: {} })
    const state = await request(`${shop.ready.url}/_control/state`)
    const { name, levels } = (await state.body.json()) as { name: string; levels: unknown[] }
    expect({ name, products: levels.length }).toEqual({ name: 'Harbour', products: 3 })
    const page = await request(String(shop.ready.storefront))
    expect(page.statusCode).toBe(200)
    await page.body.dump()
    expect(await shop.stop()).toMatchObject({ code: 0, stderr: '' })
  },
)
