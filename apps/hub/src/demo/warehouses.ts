import { listConnectorIds, loadConnectors, loadSimulator } from '@plimsoll/connectors'
import {
  ConnectionRegistry,
  changeConnection,
  changePools,
  connect,
  importConnection,
  type SyncContext,
  setShipsOrders,
  tieCountedPlace,
} from '@plimsoll/sync'
import { sql } from 'kysely'
import { z } from 'zod'
import { ensureLocation, importItems } from '../items-import.ts'
import type { DemoShop } from './brand.ts'
import type { Child } from './children.ts'
import { createFloorControl, type FloorControl } from './floor-control.ts'
import type { History } from './history.ts'

/** A warehouse that counts and sends for the demo's brand: a simulator of its platform, with people who work by themselves. */
export type DemoWarehouse = {
  connector: string
  connectionId: string
  location: { code: string; name: string; kind: '3pl' | 'overseas' }
  floor: FloorControl
}

/** Items lie at one of the warehouses each, in turn. */
export function lyingAt<Item>(items: readonly Item[], nth: number, of: number): Item[] {
  return items.filter((_, at) => at % of === nth)
}

/** What people call some of them. */
const SHORT_NAMES: Readonly<Record<string, string>> = { edi: 'edi-warehouse' }

/**
 * @param names connectors' ids, or their short names
 * @returns the ids, each once
 * @throws UnknownWarehouse where there is no such connector, it is none, or it has no simulator
 */
export async function toWarehouses(names: readonly string[]): Promise<string[]> {
  const connectors = await loadConnectors()
  const ids = new Set<string>()
  for (const name of names) {
    const id = SHORT_NAMES[name] ?? name
    if (connectors.get(id)?.manifest.kind !== 'warehouse' || (await loadSimulator(id)) === undefined) {
      const known = listConnectorIds().filter((each) => connectors.get(each)?.manifest.kind === 'warehouse')
      throw new UnknownWarehouse(name, [...Object.keys(SHORT_NAMES), ...known])
    }
    ids.add(id)
  }
  return [...ids]
}

export class UnknownWarehouse extends Error {
  constructor(id: string, known: readonly string[]) {
    super(`There is no simulated warehouse "${id}"; there are: ${known.join(', ')}.`)
    this.name = 'UnknownWarehouse'
  }
}

const started = z.object({ url: z.url(), settings: z.unknown(), credentials: z.unknown() })

/** Fills a warehouse's floor and connects it, as a person would: import, tie its place to a location, go live. */
export async function connectWarehouse(
  context: SyncContext,
  child: Pick<Child, 'ready'>,
  {
    connector,
    history,
    nth,
    of,
  }: {
    connector: string
    history: { items: readonly Pick<History['items'][number], 'sku' | 'name' | 'opening'>[] }
    nth: number
    of: number
  },
): Promise<DemoWarehouse> {
  const { url, settings, credentials } = started.parse(child.ready)
  const platform = context.connectors.get(connector)?.manifest.name ?? connector
  const floor = createFloorControl(url)
  const kind = nth === 0 ? ('3pl' as const) : ('overseas' as const)
  const location = { code: `3PL-${nth + 1}`, name: `${platform} warehouse`, kind }
  await ensureLocation(context, location)
  const items = lyingAt(history.items, nth, of)
  await floor.fill(items.map(({ sku, name, opening }) => ({ sku, title: name.en, units: opening })))
  await importItems(context, {
    name: `opening-${location.code}`,
    items: items.map((item) => ({
      sku: item.sku,
      name: item.name.en,
      location: location.code,
      quantity: item.opening,
    })),
  })
  const { connectionId } = await connect(context, {
    connector,
    name: `Harbour & Co. (${platform})`,
    settings,
    credentials,
    locationCode: location.code,
    ordersPollMs: undefined,
  })
  const open = await new ConnectionRegistry(context).find(connectionId)
  if (open === undefined) throw new Error('the connection just made cannot be found')
  await importConnection(context, open)
  const [place] = (await floor.state()).facilities
  if (place === undefined) throw new Error('the warehouse has no facility')
  await tieCountedPlace(context, connectionId, place.id, location.code)
  await changeConnection(context, connectionId, { kind: 'go-live' })
  return { connector, connectionId, location, floor }
}

/** The shops sell what lies at the warehouses, and the hub has their orders sent from there. */
export async function sendFrom(
  context: SyncContext,
  shops: readonly Pick<DemoShop, 'connectionId'>[],
  warehouses: readonly DemoWarehouse[],
): Promise<void> {
  for (const { connectionId } of shops) {
    const places = await sql<{ externalId: string }>`
      select external_id from pool_location
      where organization_id = ${context.organizationId} and connection_id = ${connectionId}
      order by external_id limit 1`.execute(context.database.kysely)
    const externalId = places.rows[0]?.externalId
    if (externalId === undefined) throw new Error('the shop shows what lies somewhere')
    const locations = warehouses.map(({ location }) => location.code)
    await changePools(context, connectionId, [{ externalId, locations }])
    await setShipsOrders(context, connectionId, new Date(context.clock.now()))
  }
}
