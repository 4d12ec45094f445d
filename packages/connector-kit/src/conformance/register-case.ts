import type { ConformanceCase } from './conformance-case.ts'
import { expect } from './expect.ts'

/**
 * The hub asks every hour and counts what was mended. One that names what stood already looks mended each time, and a
 * webhook that is silent is never told of.
 */
export const registerCase: ConformanceCase = {
  title:
    'webhooks: registered once; asked again, by another process too, nothing was missing and nothing mended',
  async story(world) {
    const { url } = world.inbox
    const first = await world.operations.registerWebhooks(url)
    expect(first.registered).not.toEqual([])
    expect(first.repaired).toEqual([])
    for (const operations of [world.operations, world.open()]) {
      expect(await operations.registerWebhooks(url)).toMatchObject({ registered: [], repaired: [] })
    }
  },
}
