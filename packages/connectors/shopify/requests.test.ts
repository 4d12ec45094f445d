import { getVariableValues, Kind, parse, validate } from 'graphql'
import { expect, test } from 'vitest'
import { ALL_OPERATIONS } from './all-documents.ts'
import { BULK_FROM } from './bulk-listings.ts'
import { SERVICE_SCOPES, scopesToAskFor } from './scopes.ts'
import { loadSchema } from './simulator/graphql.ts'
import { grantReturn } from './simulator/returns.ts'
import { type ConnectedShop, withShop } from './testing/connected-shop.ts'
import { loadPublishedSchema } from './testing/published-schema.ts'

/**
 * Everything that is asked in a day's work, held to the published schema: documents, and the variables that they are sent
 * with. Without that schema the simulator's part of it stands in.
 */
const schema = loadPublishedSchema() ?? loadSchema()

async function workADay(shop: ConnectedShop): Promise<void> {
  const { operations, seed, buy, simulator } = shop
  await operations.check()
  await operations.registerWebhooks('https://hub.example/in')
  const [level] = await seed({ sku: 'TEA', quantity: 50 }, { sku: 'MUG' })
  if (level === undefined) throw new Error('no level')
  const { rows } = await operations.listings(undefined)
  const [tea] = rows
  if (tea === undefined) throw new Error('no listing')
  await operations.listing(tea.externalId)
  await operations.levels([level])
  const write = { ...level, writeId: 'w', quantity: 40, expected: 50 }
  await operations.setLevels([write])
  await operations.setLevels([{ ...write, writeId: 'again', expected: undefined }])
  const placement = await operations.placement?.(tea.externalId)
  await operations.withdraw?.(tea.externalId)
  await operations.reinstate?.(tea.externalId, { placement: placement ?? '' })
  const cancellation = { reason: 'address', notifyCustomer: true } as const
  const ordered = async () => operations.order(await buy('TEA', 3))
  const linesOf = ({ lines }: Awaited<ReturnType<typeof ordered>>, quantity: number) =>
    lines.map(({ externalId }) => ({ lineExternalId: externalId, quantity }))
  const first = await ordered()
  await operations.cancel?.({ ...cancellation, orderExternalId: first.externalId, lines: linesOf(first, 1) })
  const tracking = { carrier: 'DHL', number: 'T1', url: 'https://track.example/T1' }
  const parcel = { orderExternalId: first.externalId, shipmentId: 's', tracking, notifyCustomer: true }
  await operations.ship({ ...parcel, lines: linesOf(first, 1) })
  await operations.ship({ ...parcel, lines: linesOf(first, 1), tracking: undefined })
  const second = await ordered()
  await operations.cancel?.({ ...cancellation, orderExternalId: second.externalId, lines: undefined })

  // As a fulfilment service: shipped, given back before it was accepted, and after.
  const service = [...simulator.shop.locations.values()].find(({ isOurs }) => isOurs)
  if (service === undefined) throw new Error('no service')
  for (const requestStatus of ['SUBMITTED', 'CANCELLATION_REQUESTED', 'ACCEPTED'] as const) {
    for (const ends of ['ship', 'cancel'] as const) {
      const order = await ordered()
      const [site] = [...simulator.shop.orders.values()].at(-1)?.fulfillmentOrders ?? []
      if (site === undefined) throw new Error('no fulfilment order')
      Object.assign(site, { locationId: service.id, requestStatus })
      const about = { orderExternalId: order.externalId }
      if (ends === 'ship') await operations.ship({ ...parcel, ...about, lines: linesOf(order, 3) })
      else await operations.cancel?.({ ...cancellation, ...about, lines: undefined })
    }
  }
  await operations.orders({ since: new Date(0), cursor: undefined })

  // Parts of orders that are read to their end.
  const order = [...simulator.shop.orders.values()][0]
  const [fulfillment] = order?.fulfillments ?? []
  const [refund] = order?.refunds ?? []
  if (order === undefined || fulfillment === undefined || refund === undefined) throw new Error('no parts')
  for (let at = 0; at < 8; at += 1) order.fulfillments.push({ ...fulfillment, id: 1 + at, lines: [] })
  await operations.order(first.externalId)
  await operations.recipient?.(first.externalId)

  // Held in part, and in more parts than are read with it.
  const [place] = order.fulfillmentOrders
  if (place === undefined) throw new Error('no fulfilment order')
  for (let at = 0; at < 11; at += 1)
    order.fulfillmentOrders.push({ ...place, id: 100 + at, status: at === 0 ? 'OPEN' : 'ON_HOLD', lines: [] })
  await operations.order(`gid://shopify/FulfillmentOrder/${place.id}`)
  // Told again, with more parts, lines and parcels than are read at once.
  const [row] = place.lines
  if (row === undefined) throw new Error('no line')
  for (let at = 0; at < 60; at += 1) place.lines.push({ ...row, id: 200 + at, remaining: 0 })
  await operations.ship({ ...parcel, lines: linesOf(first, 1) })
  await operations.stream?.('order-holds', { since: new Date(0), cursor: undefined })

  // A return of more lines than are read at once.
  const granted = grantReturn(simulator.shop, order, 1)
  if (typeof granted === 'string') throw new Error(granted)
  const [returnLine] = granted.lines
  if (returnLine === undefined) throw new Error('no line comes back')
  for (let at = 0; at < 25; at += 1) granted.lines.push({ ...returnLine, id: 1 + at })
  await operations.stream?.('announced-returns', { since: new Date(0), cursor: undefined })

  // A webhook that somebody narrowed; a large catalogue; stock that another application counts.
  await operations.registerWebhooks('https://hub.example/in')
  await seed(...Array.from({ length: BULK_FROM }, (_, at) => ({ sku: `P-${at}` })))
  const large = await operations.listings(undefined)
  await operations.listings(large.next)
  await seed({ sku: 'FAR', keptByPlatform: true })
  await operations.listings(undefined)
  await operations.counts?.(undefined)
}

test('whatever is asked is what the schema takes, and everything that can be asked was', () =>
  withShop(
    {
      fulfillmentService: 'Plimsoll',
      scopes: [...scopesToAskFor({ isService: true }), ...SERVICE_SCOPES],
      bucket: { capacity: 10_000_000, restoreRate: 1_000_000 },
    },
    async (shop) => {
      await workADay(shop)
      for (const { query, variables } of shop.requests) {
        const document = parse(query)
        expect(validate(schema, document)).toEqual([])
        const [operation] = document.definitions
        if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error(query)
        const { errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variables)
        expect(errors, `${query}\n${JSON.stringify(variables)}`).toBeUndefined()
      }
      const asked = new Set(shop.requests.map(({ query }) => query))
      const never = ALL_OPERATIONS.filter(({ query }) => !asked.has(query)).map(
        ({ query }) => /Plimsoll\w+/.exec(query)?.[0],
      )
      // Only a subscription that somebody narrowed is taken away.
      expect(never).toEqual(['PlimsollUnsubscribe'])
    },
  ))
