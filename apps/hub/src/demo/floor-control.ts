import { request } from 'undici'
import { z } from 'zod'

const floorState = z.object({
  facilities: z.array(z.object({ id: z.string(), name: z.string() })),
  requests: z.record(z.string(), z.number()),
})
const verdict = z.object({
  countsAgree: z.boolean(),
  differences: z.array(z.unknown()),
})
const requests = z.object({
  rows: z.array(z.looseObject({ parcels: z.array(z.looseObject({ trackingNumber: z.string() })) })),
})

const bookedRequests = z.object({
  rows: z.array(
    z.looseObject({
      number: z.string(),
      lines: z.array(z.object({ sku: z.string(), quantity: z.int() })),
    }),
  ),
})
const bookedParcels = z.object({
  rows: z.array(z.looseObject({ number: z.string(), sku: z.string(), units: z.int() })),
})

/** What a warehouse was asked for and what left it, by its own books. */
export type FloorBooks = Awaited<ReturnType<FloorControl['books']>>

export type FloorControl = ReturnType<typeof createFloorControl>

/** What the demo asks of a simulated warehouse, over the control API that all of them have. */
export function createFloorControl(url: string) {
  const call = async (method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown) => {
    const answer = await request(`${url}/_control/warehouse${path}`, {
      method,
      ...(body !== undefined && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    })
    const told: unknown = await answer.body.json()
    if (answer.statusCode >= 300)
      throw new Error(`${method} ${path} answered ${answer.statusCode}: ${JSON.stringify(told)}`)
    return told
  }
  return {
    url,
    state: async () => floorState.parse(await call('GET', '/state')),
    async fill(items: readonly { sku: string; title: string; units: number }[]): Promise<void> {
      await call(
        'POST',
        '/items',
        items.map(({ sku, title }) => ({ sku, title })),
      )
      const [place] = floorState.parse(await call('GET', '/state')).facilities
      if (place === undefined) throw new Error('the warehouse has no facility')
      for (const { sku, units } of items)
        await call('POST', '/adjustments', { facilityId: place.id, sku, sellable: units, reason: 'opening' })
      // What is lost on the floor would have to be told from what the hub lost: nothing is.
      await call('PUT', '/pace', { shortShare: 0 })
    },
    /** @param counted what the hub believes to lie there */
    verdict: async (counted: readonly { sku: string; onHand: number }[]) =>
      verdict.parse(await call('POST', '/verdict', { counted })),
    books: async () => ({
      requests: bookedRequests.parse(await call('GET', '/books/requests?limit=200000')).rows,
      parcels: bookedParcels.parse(await call('GET', '/books/parcels?limit=200000')).rows,
    }),
    trackingNumbers: async () =>
      requests
        .parse(await call('GET', '/requests'))
        .rows.flatMap(({ parcels }) => parcels.map(({ trackingNumber }) => trackingNumber)),
    setFaults: async (faults: object) => {
      const answer = await request(`${url}/_control/faults`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(faults),
      })
      await answer.body.dump()
      if (answer.statusCode >= 300) throw new Error(`faults were answered ${answer.statusCode}`)
    },
  }
}
