import { type ExternalLocation, Invalid, isConnectorError, Malformed } from '@plimsoll/connector-kit'
import type { MagentoApi } from './api.ts'
import { defaultLocationId } from './ids.ts'
import { limitOf, NO_ROUTE } from './refusals.ts'
import type { Settings } from './settings.ts'
import { isSet } from './sold-items.ts'

/** What of the shop a connection sells from. */
export type Scope = {
  /** `sources`: many places, counted by source items. `single`: the modules for that are off, one number a product. */
  kind: 'sources' | 'single'
  /** In the order in which the shop takes from them, where that is known. */
  locations: ExternalLocation[]
  /** Orders of these store views alone; undefined: of all. */
  storeIds: number[] | undefined
  /** Set for one store view: the stock that its website sells from. */
  stockId: number | undefined
}

export type Scopes = {
  /** As it was found some minutes ago at the most. */
  get(options: { signal?: AbortSignal | undefined }): Promise<Scope>
  /** As it is now. */
  read(options: { signal?: AbortSignal | undefined }): Promise<Scope>
}

/** Which sources a website sells from changes rarely; whether the modules are there hardly ever. */
const keptMs = 10 * 60_000
/** Shops have a handful; the list is read at once. */
const sourcesMax = 300

export function createScopes({
  api,
  settings,
  now,
}: {
  api: MagentoApi
  settings: Settings
  now: () => number
}): Scopes {
  let known: { scope: Scope; atMs: number } | undefined
  let underWay: Promise<Scope> | undefined
  const readNow: Scopes['read'] = async ({ signal }) => {
    const scope = await readScope({ api, settings, signal })
    known = { scope, atMs: now() }
    return scope
  }
  // Many calls that begin at once ask once.
  const read: Scopes['read'] = (options) => {
    underWay ??= readNow(options).finally(() => {
      underWay = undefined
    })
    return underWay
  }
  return {
    read,
    get: async (options) =>
      known !== undefined && now() - known.atMs < keptMs ? known.scope : await read(options),
  }
}

type Reading = { api: MagentoApi; settings: Settings; signal?: AbortSignal | undefined }

async function readScope(reading: Reading): Promise<Scope> {
  const sources = await readSources(reading)
  if (sources === undefined) {
    return {
      kind: 'single',
      locations: [{ externalId: defaultLocationId, name: 'Shop stock', active: true }],
      storeIds: undefined,
      stockId: undefined,
    }
  }
  const { settings } = reading
  const sold = settings.store === 'all' ? undefined : await readStock(reading)
  const inStock = sold === undefined ? sources : inOrderOf(sold.sourceCodes, sources)
  const wanted = settings.sources.map((code) => code.toLowerCase())
  const locations = inStock.filter(
    ({ externalId }) => wanted.length === 0 || wanted.includes(externalId.toLowerCase()),
  )
  if (locations.length === 0) {
    throw new Invalid(
      `None of the sources ${settings.sources.join(', ') || 'of the shop'} sells in the store view "${settings.store}".`,
      'sources',
    )
  }
  return { kind: 'sources', locations, storeIds: sold?.storeIds, stockId: sold?.stockId }
}

/** Undefined where the shop has no such thing as sources. */
async function readSources({ api, signal }: Reading): Promise<ExternalLocation[] | undefined> {
  const ask = (pageSize: number) => api.sources({ sort: ['source_code'], pageSize, signal })
  try {
    const { data } = await ask(sourcesMax).catch((error: unknown) => ask(atMost(error, sourcesMax)))
    if (data.total_count > data.items.length) {
      throw new Malformed(`The shop has ${data.total_count} sources and shows ${data.items.length}.`, '')
    }
    return data.items.map((source) => ({
      externalId: source.source_code,
      name: source.name || source.source_code,
      active: isSet(source.enabled),
    }))
  } catch (error) {
    if (isConnectorError(error) && error.platform.code === NO_ROUTE) return undefined
    throw error
  }
}

/** The shop’s own limit on rows, where an error says it; else the error goes on. */
export function atMost(error: unknown, asked: number): number {
  const limit = limitOf(error)
  if (limit === undefined || limit >= asked) throw error
  return limit
}

type SoldStock = { stockId: number; sourceCodes: string[]; storeIds: number[] }

/** The stock that the store view’s website sells from, and the store views of all websites that do. */
async function readStock({ api, settings, signal }: Reading): Promise<SoldStock> {
  const [{ data: views }, { data: websites }] = await Promise.all([
    api.storeViews({ signal }),
    api.websites({ signal }),
  ])
  const view = views.find(({ code }) => code === settings.store)
  const website = websites.find(({ id }) => id === Number(view?.website_id))
  if (view === undefined || website === undefined) {
    throw new Invalid(
      `The shop has no store view "${settings.store}"; there are: ${views.map(({ code }) => code).join(', ')}.`,
      'store',
    )
  }
  const { data: stock } = await api.stockOfWebsite({ code: website.code, signal })
  const { data: assigned } = await api.sourcesOfStock({ stockId: stock.stock_id, signal })
  const channels = stock.extension_attributes?.sales_channels ?? []
  const codes = new Set([
    website.code,
    ...channels.filter(({ type }) => type === 'website').map(({ code }) => code),
  ])
  const websiteIds = new Set(websites.filter(({ code }) => codes.has(code)).map(({ id }) => id))
  return {
    stockId: stock.stock_id,
    sourceCodes: assigned.map(({ source_code }) => source_code),
    storeIds: views.filter(({ website_id }) => websiteIds.has(Number(website_id))).map(({ id }) => id),
  }
}

function inOrderOf(codes: readonly string[], locations: readonly ExternalLocation[]): ExternalLocation[] {
  return codes.flatMap(
    (code) => locations.find(({ externalId }) => externalId.toLowerCase() === code.toLowerCase()) ?? [],
  )
}
