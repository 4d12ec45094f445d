import type { Capabilities } from '../capabilities.ts'
import { type ConformanceCase, refusalOf } from './conformance-case.ts'
import { expect } from './expect.ts'
import type { ConformanceWorld } from './world.ts'

/** Taking a listing off the channel whose number could not be lowered, and putting it back. */
export function withdrawCases({ withdraw }: Pick<Capabilities, 'withdraw'>): ConformanceCase[] {
  if (withdraw === undefined) {
    return [
      {
        title: 'withdraw: not declared, so not there',
        async story({ operations }) {
          expect(operations.withdraw).toBeUndefined()
          expect(operations.reinstate).toBeUndefined()
          expect(operations.placement).toBeUndefined()
        },
      },
    ]
  }
  return [
    {
      title:
        'withdraw: it sells no more, its neighbour does; reinstated it sells as before, with the same number',
      async story(world) {
        const [level, neighbour] = await world.addProducts(2, 5)
        if (level === undefined || neighbour === undefined) throw new Error('no level came')
        const externalId = await listingOf(world, level.sku)
        const placed = await placementOf(world, externalId)
        await world.operations.withdraw?.(externalId)
        await expect(world.buy([{ sku: level.sku, quantity: 1 }])).rejects.toThrow()
        await world.buy([{ sku: neighbour.sku, quantity: 1 }])
        expect(await world.quantityOf(level)).toBe(5)
        // Where it is on sale may be told apart from whether it is for sale at all.
        if (world.operations.placement === undefined)
          expect((await world.operations.listing(externalId)).state).not.toBe('active')

        await world.operations.reinstate?.(externalId, placed)
        expect(await placementOf(world, externalId)).toEqual(placed)
        expect(await world.quantityOf(level)).toBe(5)
        await world.buy([{ sku: level.sku, quantity: 1 }])
        expect((await world.operations.listing(externalId)).state).toBe('active')
      },
    },
    {
      title: 'withdraw: twice is once, and so is reinstating',
      async story(world) {
        const [level] = await world.addProducts(1, 5)
        if (level === undefined) throw new Error('no level came')
        const externalId = await listingOf(world, level.sku)
        const placed = await placementOf(world, externalId)
        await world.operations.withdraw?.(externalId)
        await world.operations.withdraw?.(externalId)
        await world.operations.reinstate?.(externalId, placed)
        await world.operations.reinstate?.(externalId, placed)
        await world.buy([{ sku: level.sku, quantity: 1 }])
        expect(await placementOf(world, externalId)).toEqual(placed)
      },
    },
    {
      title: 'withdraw: a listing that is gone is NotFound',
      async story({ operations, unknown }) {
        if (operations.placement !== undefined)
          await refusalOf(operations.placement(unknown.listingExternalId), 'not-found')
        await refusalOf(operations.withdraw?.(unknown.listingExternalId) ?? Promise.resolve(), 'not-found')
        await refusalOf(operations.reinstate?.(unknown.listingExternalId) ?? Promise.resolve(), 'not-found')
      },
    },
  ]
}

async function placementOf(
  { operations }: ConformanceWorld,
  externalId: string,
): Promise<{ placement?: string }> {
  return operations.placement === undefined ? {} : { placement: await operations.placement(externalId) }
}

async function listingOf(world: ConformanceWorld, sku: string): Promise<string> {
  const { rows } = await world.allListings()
  const found = rows.find((row) => row.sku === sku)
  if (found === undefined) throw new Error(`${sku} is not listed`)
  return found.externalId
}
