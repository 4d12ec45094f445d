import { rm } from 'node:fs/promises'
import { sql } from 'kysely'
import { processContext } from '../apps/hub/src/process-context.ts'
import { systemClock } from '../packages/connector-kit/src/index.ts'
import { migrate, openDatabase, unnestRows } from '../packages/database/src/index.ts'
import { checkDigitOf } from '../packages/stock/src/index.ts'
import { DEFAULT_PACE, type SyncContext } from '../packages/sync/src/context.ts'
import {
  acceptMappings,
  keepSuggestions,
  previewAcceptance,
  undoAcceptance,
} from '../packages/sync/src/index.ts'
import { countMappings, findMappedListings } from '../packages/sync/src/mapping/listings.store.ts'
import { makeDataFolder } from './data-folder.ts'
import type { Bench } from './main.ts'

const MIB = 1024 * 1024
const CONNECTIONS = 10

/**
 * How long it takes to find what listings that are tied to nothing may sell, among all items, with what share of them right;
 * and how long a person waits for a page, a preview of a thousand, accepting and taking back. The listings say the same as
 * their items in the ways that they do in shops: another case, a prefix, a lost zero, other words in another order, packs.
 */
export const bench: Bench = async ({ quick, say }) => {
  const size = quick ? { items: 2_000, listings: 2_000 } : { items: 100_000, listings: 100_000 }
  const folder = await makeDataFolder()
  const database = await openDatabase({ dataFolder: folder, keep: 'stop-with-process', poolMax: 4 })
  try {
    await migrate(database)
    const organizationId = processContext.uuid()
    const context: SyncContext = {
      database,
      organizationId,
      clock: systemClock,
      uuid: () => processContext.uuid(),
      random: () => 0.5,
      log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
      connectors: new Map(),
      masterKey: { name: 'bench', bytes: Buffer.alloc(32, 7) },
      publicUrl: undefined,
      pace: DEFAULT_PACE,
    }
    const truth = await seed(context, size)
    await database.pool.query('analyze')
    let rssMiB = 0
    let longestPauseMs = 0
    let seenAt = performance.now()
    const watch = setInterval(() => {
      const now = performance.now()
      longestPauseMs = Math.max(longestPauseMs, now - seenAt - 5)
      seenAt = now
      rssMiB = Math.max(rssMiB, process.memoryUsage.rss() / MIB)
    }, 5)
    const timed = async <T>(what: string, work: () => Promise<T>): Promise<[number, T]> => {
      const started = performance.now()
      const result = await work()
      const ms = Math.round(performance.now() - started)
      say(`${what}: ${ms} ms`)
      return [ms, result]
    }
    const cpuBefore = process.cpuUsage()
    const [lookMs, { looked }] = await timed('looked at all', () => keepSuggestions(context))
    const { user, system } = process.cpuUsage(cpuBefore)
    // Beside others on the same processors the clock on the wall says nothing.
    const lookCpuMs = Math.round((user + system) / 1_000)
    const pauseMs = Math.round(longestPauseMs)
    const found = await judge(context, truth)
    const query = {
      state: 'waiting',
      connectionId: undefined,
      search: undefined,
      cursor: undefined,
      limit: 100,
    } as const
    const [pageMs] = await timed('a page', () =>
      findMappedListings(database.kysely, organizationId, { ...query, sureness: undefined }),
    )
    const [likelyPageMs] = await timed('a page of the likely', () =>
      findMappedListings(database.kysely, organizationId, { ...query, sureness: 'likely' }),
    )
    const [countsMs] = await timed('counts', () => countMappings(database.kysely, organizationId))
    const wanted = { confidence: 'certain', limit: 1_000 } as const
    const [previewMs, preview] = await timed('preview of a thousand', () =>
      previewAcceptance(context, wanted),
    )
    const [acceptMs] = await timed('accepted', () => acceptMappings(context, wanted, { actor: 'bench' }))
    const [undoMs] = await timed('taken back', () => undoAcceptance(context, { actor: 'bench' }))
    const [one] = await timed('one accepted', async () => {
      const [row] = await findMappedListings(database.kysely, organizationId, {
        ...query,
        sureness: 'likely',
        limit: 1,
      })
      await acceptMappings(context, { listings: [{ listingId: row?.listingId ?? '' }] }, { actor: 'bench' })
    })
    clearInterval(watch)
    const waits = {
      pageMs,
      likelyPageMs,
      countsMs,
      previewMs,
      previewed: preview.listings,
      acceptMs,
      undoMs,
      oneMs: one,
    }
    return {
      ...size,
      looked,
      lookMs,
      lookCpuMs,
      perSecond: Math.round(looked / (lookMs / 1_000)),
      pauseMs,
      found,
      ...waits,
      rssMiB: Math.round(rssMiB),
    }
  } finally {
    await database.close()
    await rm(folder, { recursive: true, force: true })
  }
}

const NOUNS = [
  'mug',
  'kettle',
  'lamp',
  'towel',
  'jacket',
  'rope',
  'lantern',
  'knife',
  'basket',
  'blanket',
  'bottle',
  'chair',
  'clock',
  'brush',
  'apron',
  'tray',
]
const ADJECTIVES = [
  'enamel',
  'woollen',
  'brass',
  'linen',
  'oak',
  'ceramic',
  'steel',
  'cotton',
  'waxed',
  'folding',
  'insulated',
  'braided',
]
const MAKERS = Array.from({ length: 400 }, (_, nth) => `Maker${String.fromCharCode(97 + (nth % 26))}${nth}`)
const COLOURS = ['red', 'blue', 'green', 'black', 'white', 'ochre', 'navy']
const CHINESE = ['搪瓷杯', '水壶', '台灯', '毛巾', '夹克', '绳索', '灯笼', '篮子', '毛毯', '保温瓶']

type Truth = Map<string, string>

function eanOf(nth: number): string {
  const digits = String(400_000_000_000 + nth)
  return `${digits}${checkDigitOf(digits)}`
}

async function seed(
  context: SyncContext,
  { items, listings }: { items: number; listings: number },
): Promise<Truth> {
  const { database, organizationId } = context
  const db = database.kysely
  await sql`insert into organization (organization_id, name, created_at) values (${organizationId}, 'Bench', now())`.execute(
    db,
  )
  await sql`insert into location (organization_id, location_id, code, name, kind, created_at)
    values (${organizationId}, gen_random_uuid(), 'MAIN', 'Main', 'warehouse', now())`.execute(db)
  await sql`insert into secret (organization_id, secret_id, key_name, sealed, created_at)
    values (${organizationId}, ${organizationId}, 'bench', 'bench', now())`.execute(db)
  const pick = <T>(from: readonly T[], nth: number, step: number): T => {
    const found = from[Math.floor(nth / step) % from.length]
    if (found === undefined) throw new Error('there is one')
    return found
  }
  const made = Array.from({ length: items }, (_, nth) => {
    const words = [
      pick(MAKERS, nth, 1),
      pick(ADJECTIVES, nth, 3),
      pick(NOUNS, nth, 7),
      pick(COLOURS, nth, 2),
      `${100 + Math.floor(nth / 25_200) * 900 + (nth % 900)}ml`,
    ]
    const chinese = `${pick(CHINESE, nth, 5)}${pick(COLOURS, nth, 2)}${nth}号`
    return {
      itemId: context.uuid(),
      sku: `PL-${pick(NOUNS, nth, 7).slice(0, 3).toUpperCase()}-${10_000 + nth}`,
      name: words.join(' '),
      names: { 'zh-CN': chinese },
      chinese,
      ean: eanOf(nth),
    }
  })
  for (let from = 0; from < items; from += 5_000) {
    const rows = unnestRows('made', made.slice(from, from + 5_000), {
      itemId: 'uuid',
      sku: 'text',
      name: 'text',
      names: 'jsonb',
      ean: 'text',
    })
    await sql`insert into item (organization_id, item_id, sku, name, names, created_at)
      select ${organizationId}, item_id, sku, name, names, now() from ${rows}`.execute(db)
    await sql`insert into barcode (organization_id, comparable, item_id, barcode, kind, position)
      select ${organizationId}, '0' || ean, item_id, ean, 'gtin', 1 from ${rows}`.execute(db)
  }
  const connections = Array.from({ length: CONNECTIONS }, () => context.uuid())
  for (const connectionId of connections)
    await sql`insert into connection (organization_id, connection_id, connector, name, state, pause_reasons, settings, secret_id,
        default_location_id, orders_poll_ms, created_at)
      select ${organizationId}, ${connectionId}, 'bench', ${connectionId}, 'shadow', '{}', '{}', ${organizationId}, location_id, 15000, now()
      from location where organization_id = ${organizationId}`.execute(db)
  await sql`insert into external_location (organization_id, connection_id, external_id, name, active)
    select organization_id, connection_id, 'main', 'Main', true from connection where organization_id = ${organizationId}`.execute(
    db,
  )
  await sql`insert into pool_location (organization_id, connection_id, external_id, location_id)
    select connection.organization_id, connection_id, 'main', location_id from connection join location using (organization_id)
    where organization_id = ${organizationId}`.execute(db)
  const truth: Truth = new Map()
  const listed = Array.from({ length: listings }, (_, nth) => {
    const item = made[nth % items]
    if (item === undefined) throw new Error('there is one')
    const { sku, name, chinese } = item
    const ways: readonly [string | null, string | null, string][] = [
      [sku, null, 'Something else'],
      [sku.toLowerCase().replaceAll('-', '_'), null, 'Something else'],
      [`AMZ-${sku}`, null, 'Something else'],
      [null, `0${item.ean}`, 'Something else'],
      [`X${nth}`, null, `New! ${name.split(' ').reverse().join(' ')} free shipping`],
      [`X${nth}`, null, `${name}, pack of 6`],
      [`X${nth}`, null, `【现货】${chinese} 包邮`],
      [`X${nth}`, null, `Nothing that is known ${nth}`],
    ]
    const [listingSku, barcode, title] = pick(ways, nth, 1)
    const listingId = context.uuid()
    if (nth % ways.length !== 7) truth.set(listingId, sku)
    return {
      listingId,
      connectionId: pick(connections, nth, 1),
      externalId: String(nth),
      sku: listingSku,
      barcode,
      title,
    }
  })
  for (let from = 0; from < listings; from += 5_000) {
    const rows = unnestRows('listed', listed.slice(from, from + 5_000), {
      listingId: 'uuid',
      connectionId: 'uuid',
      externalId: 'text',
      sku: 'text',
      barcode: 'text',
      title: 'text',
    })
    await sql`insert into listing (organization_id, connection_id, listing_id, external_id, stock_unit_id, sku, barcode, title, tracked,
        fulfilled_by, sells_beyond_zero, state, units_per_listing, imported_at)
      select ${organizationId}, connection_id, listing_id, external_id, external_id, sku, barcode, title, true, 'merchant', false,
        'active', 1, now() from ${rows}`.execute(db)
  }
  return truth
}

/** How often the first suggestion is right, by how sure it is. */
async function judge({ database, organizationId }: SyncContext, truth: Truth) {
  const found = await sql<{ listingId: string; sku: string; confidence: 'certain' | 'likely' | 'possible' }>`
    select listing_id, sku, confidence from mapping_suggestion join item using (organization_id, item_id)
    where organization_id = ${organizationId} and place = 1`.execute(database.kysely)
  const counts = { certain: 0, likely: 0, possible: 0, right: 0, wrong: 0, certainAndWrong: 0, missed: 0 }
  for (const { listingId, sku, confidence } of found.rows) {
    counts[confidence] += 1
    const isRight = truth.get(listingId) === sku
    counts[isRight ? 'right' : 'wrong'] += 1
    if (!isRight && confidence === 'certain') counts.certainAndWrong += 1
  }
  const suggested = new Set(found.rows.map(({ listingId }) => listingId))
  counts.missed = [...truth.keys()].filter((listingId) => !suggested.has(listingId)).length
  return counts
}
