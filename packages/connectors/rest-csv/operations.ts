import {
  type ChannelOperations,
  type ConnectorContext,
  type ExternalListing,
  Invalid,
  NotFound,
  toWarnings,
  withoutAnswer,
} from '@plimsoll/connector-kit'
import { type Definition, readDefinition } from './definition.ts'
import { readLevels } from './levels.ts'
import { readPage } from './lists.ts'
import { readOneOrder, readOrderRecipient, readOrders, ship } from './orders.ts'
import { type Client, createClient } from './requests.ts'
import { readAccount, readListing } from './rows.ts'
import type { Credentials, Settings } from './settings.ts'
import { setLevels } from './writes.ts'

export const BUDGET_NAME = 'calls'

/** Binds one connection to the platform that its definition describes. Makes no request. */
export function open(context: ConnectorContext<Settings, Credentials>): ChannelOperations {
  const definition = definitionOf(context.settings)
  const client = createClient(context, definition)
  const { perSecond } = definition.limits
  const { recipient } = definition.orders
  if (perSecond !== undefined) {
    const capacity = Math.max(1, Math.floor(perSecond))
    context.http.budgets.learnBucket(BUDGET_NAME, { capacity, refillPerSecond: perSecond })
  }
  const bound = (signal: AbortSignal | undefined) => ({ client, definition, signal })

  return {
    check: ({ signal } = {}) => check(bound(signal)),
    locations: async () =>
      definition.locations.map(({ id, name }) => ({ externalId: id, name, active: true })),
    async listings(cursor, { signal } = {}) {
      const { list, map } = definition.listings
      const { rows, ...page } = await readPage(client, list, cursor, {
        operation: 'listings',
        field: 'listings.list',
        signal,
      })
      const mapped = await client.evaluateEach('listings.map', map, rows)
      return { ...page, rows: mapped.map((row) => readListing('listings.map', row)) }
    },
    listing: (externalId, { signal } = {}) => readOneListing(externalId, bound(signal)),
    levels: (keys, { signal } = {}) => readLevels(keys, bound(signal)),
    setLevels: (writes, { signal } = {}) => setLevels(writes, bound(signal)),
    orders: (query, { signal } = {}) => withoutAnswer(readOrders(query, bound(signal))),
    order: (externalId, { signal } = {}) => withoutAnswer(readOneOrder(externalId, bound(signal))),
    ...(recipient !== undefined &&
      ({
        recipient: (externalId, { signal } = {}) =>
          withoutAnswer(readOrderRecipient(externalId, recipient, bound(signal))),
      } satisfies Partial<ChannelOperations>)),
    ship: (shipment, { signal } = {}) => ship(shipment, bound(signal)),
    // A definition knows no webhooks: orders are polled.
    registerWebhooks: async () => ({ registered: [], repaired: [] }),
  }
}

/** @throws Invalid for a text that the settings would not have taken */
export function definitionOf({ definition: text }: Settings): Definition {
  const read = readDefinition(text)
  if ('definition' in read) return read.definition
  throw new Invalid(`The definition is wrong: ${read.problems.join('; ')}`, 'definition')
}

type Reading = { client: Client; definition: Definition; signal: AbortSignal | undefined }

async function check({ client, definition, signal }: Reading): ReturnType<ChannelOperations['check']> {
  const { account, name, baseUrl, listings, shipments } = definition
  const warnings =
    shipments === undefined
      ? [
          {
            en: 'Shipments are not told to it: its definition has no `shipments`.',
            zh: '不会告知它发货情况：其定义中没有 `shipments`。',
          },
        ]
      : []
  const found = { currency: undefined, timeZone: undefined, missingScopes: [], ...toWarnings(warnings) }
  if (account === undefined) {
    // Nothing says who we are there: that the list can be read is all there is to know.
    await readPage(client, listings.list, undefined, { operation: 'check', field: 'listings.list', signal })
    return { ...found, account: name, accountId: baseUrl }
  }
  const call = { operation: 'check', field: 'account.request', request: account.request, signal }
  const { content } = await client.call(call)
  const row = await client.evaluateOne('account.request.row', account.request.row, content)
  const [mapped] = await client.evaluateEach('account.map', account.map, [row])
  const own = readAccount('account.map', mapped ?? { problem: 'nothing came' })
  return { ...found, account: own.name ?? name, accountId: own.id, currency: own.currency }
}

/** Where the definition cannot read one by itself, the list is read until it comes. @throws NotFound */
async function readOneListing(
  externalId: string,
  { client, definition, signal }: Reading,
): Promise<ExternalListing> {
  const { list, one, map } = definition.listings
  if (one !== undefined) {
    const call = {
      operation: 'listing',
      field: 'listings.one',
      request: one,
      values: { id: externalId },
      signal,
    }
    const { content } = await client.call(call)
    const row = await client.evaluateOne('listings.one.row', one.row, content)
    const [mapped] = await client.evaluateEach('listings.map', map, [row])
    return readListing('listings.map', mapped ?? { problem: 'nothing came' })
  }
  for (let cursor: string | undefined; ; ) {
    const page = await readPage(client, list, cursor, {
      operation: 'listing',
      field: 'listings.list',
      signal,
    })
    const mapped = await client.evaluateEach('listings.map', map, page.rows)
    const found = mapped
      .map((row) => readListing('listings.map', row))
      .find((row) => row.externalId === externalId)
    if (found !== undefined) return found
    if (page.next === undefined) throw new NotFound(`The platform lists no ${externalId}.`)
    cursor = page.next
  }
}
