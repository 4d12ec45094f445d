import {
  type ConnectorContext,
  type ExternalListing,
  type Folder,
  Invalid,
  isConnectorError,
  NotFound,
  type Page,
  type QueuedMessage,
  type StreamQuery,
  toWarnings,
  Unavailable,
  type WarehouseShipment,
  type WarehouseSide,
  type Words,
} from '@plimsoll/connector-kit'
import { type Definition, IN_FEEDS, readDefinition } from './definition.ts'
import { foldersOf, type InboxFolder, openInboxFolder } from './inbox-folder.ts'
import { type Standing, standingOf } from './levels.ts'
import { findTold, say, type Telling } from './outgoing.ts'
import { pollsOf } from './polls.ts'
import { toReceipts, toReturns } from './received.ts'
import { poll } from './rest.ts'
import { inChinese } from './said-in-chinese.ts'
import { inOrder, saidRows, unreadableOf } from './said-rows.ts'
import { type Credentials, placeOfFolder, type Settings } from './settings.ts'
import { toShipments } from './shipments.ts'
import { type Context, filesOf } from './source.ts'

const PAGE = 200
const CUSTOM_LINES_MAX = 1_000

/** Binds one connection to the warehouse that its definition describes. Makes no request. */
export function open(context: ConnectorContext<Settings, Credentials>): WarehouseSide {
  const definition = definitionOf(context.settings)
  const place = placeOfFolder(context.settings, context.credentials)
  const folder = place === undefined ? undefined : lazily(() => context.files?.open(place))
  const inbox = folder === undefined ? undefined : openInboxFolder(folder, definition)
  const polls = definition.rest === undefined ? undefined : pollsOf(context, definition)
  const at = { context, definition }
  const telling = (operation: string, signal: AbortSignal | undefined): Telling => ({
    ...at,
    folder,
    operation,
    signal,
  })

  return {
    check: ({ signal } = {}) => check(at, folder, signal),
    locations: async () =>
      definition.locations.map(({ id, name }) => ({ externalId: id, name, active: true })),
    async listings(cursor, { signal } = {}) {
      assertGoing(signal)
      return paged(await allListings(at), cursor)
    },
    async listing(externalId, { signal } = {}) {
      assertGoing(signal)
      const found = (await allListings(at)).find((each) => each.externalId === externalId)
      if (found === undefined) throw new NotFound(`No file names ${externalId}.`)
      return found
    },
    async counts(cursor, { signal } = {}) {
      assertGoing(signal)
      const { counts } = await standing(at)
      return paged(counts, cursor)
    },
    async requestShipment(request, { signal } = {}) {
      if (request.lines.length > CUSTOM_LINES_MAX)
        throw new Invalid(`A request has at most ${CUSTOM_LINES_MAX} lines.`, 'lines')
      const told = { feed: 'shipment-requests' as const, id: request.shipmentId, about: request }
      const answer = await say(told, telling('requestShipment', signal))
      return answer === 'too-late' ? { externalId: request.shipmentId } : answer
    },
    findShipment: (shipmentId) => findShipment(shipmentId, at),
    async cancelShipment({ shipmentId, externalId }, { signal } = {}) {
      const shown = await findShipment(shipmentId, at)
      if (shown === undefined) throw new NotFound(`It was never asked for ${shipmentId}.`)
      if (shown.state === 'cancelled') return 'cancelled'
      if (shown.state === 'shipped' || shown.parcels.length > 0) return 'too-late'
      const about = { shipmentId, externalId }
      const answer = await say(
        { feed: 'cancels', id: shipmentId, about, externalId },
        telling('cancelShipment', signal),
      )
      if (answer === 'too-late') return 'too-late'
      return definition.out.cancels?.call?.means ?? 'asked'
    },
    async announceInbound(notice, { signal } = {}) {
      const answer = await say(
        { feed: 'inbound-notices', id: notice.inboundId, about: notice },
        telling('announceInbound', signal),
      )
      return answer === 'too-late' ? { externalId: notice.inboundId } : answer
    },
    ...returnNotices(definition, telling),
    async shipments(query) {
      const files = await filesOf('shipments', at)
      const all = toShipments(saidRows(files), definition.feeds.shipments?.states ?? {})
      const rows = all.map(({ shipment, position }) => ({ row: shipment, position, id: shipment.externalId }))
      return changed(rows, files, query)
    },
    async receipts(query) {
      const files = await filesOf('receipts', at)
      const all = toReceipts(
        saidRows(files),
        definition.feeds.receipts?.conditions ?? {},
        definition.locations,
      )
      return changed(
        all.map(({ receipt, position }) => ({ row: receipt, position, id: receipt.externalId })),
        files,
        query,
      )
    },
    async returns(query) {
      const files = await filesOf('returns', at)
      const all = toReturns(saidRows(files), definition.feeds.returns?.conditions ?? {}, definition.locations)
      return changed(
        all.map(({ returned, position }) => ({ row: returned, position, id: returned.externalId })),
        files,
        query,
      )
    },
    ...(inbox === undefined && polls === undefined
      ? {}
      : {
          pull: async ({ signal } = {}) => await pullAll(inbox, polls, signal),
          acknowledge: async (receipts, { signal } = {}) => {
            await inbox?.acknowledge(
              receipts.filter((each) => !each.startsWith('poll ')),
              signal,
            )
          },
        }),
    // Its address is given to the warehouse by hand; files come by themselves.
    registerWebhooks: async () => ({ registered: [], repaired: [] }),
  }
}

/** Told as far as the definition says how. */
function returnNotices(
  { out }: Definition,
  telling: (operation: string, signal: AbortSignal | undefined) => Telling,
): Pick<WarehouseSide, 'announceReturn' | 'withdrawReturn'> {
  if (out['return-notices'] === undefined) return {}
  return {
    async announceReturn(notice, { signal } = {}) {
      const told = { feed: 'return-notices' as const, id: notice.returnId, about: notice }
      const answer = await say(told, telling('announceReturn', signal))
      return answer === 'too-late' ? { externalId: notice.returnId } : answer
    },
    ...(out['return-withdrawals'] !== undefined && {
      async withdrawReturn(notice, { signal } = {}) {
        const at = telling('withdrawReturn', signal)
        // What is told is kept before it is: there is nothing to take back.
        if ((await findTold('return-notices', notice.returnId, at)) === undefined) return 'withdrawn'
        const { returnId, externalId = returnId } = notice
        const about = { ...notice, externalId }
        const answer = await say({ feed: 'return-withdrawals', id: returnId, about, externalId }, at)
        return answer === 'too-late' ? 'too-late' : 'withdrawn'
      },
    }),
  }
}

type At = { context: Context; definition: Definition }

/** @throws Invalid for a text that the settings would not have taken */
export function definitionOf({ definition: text }: Pick<Settings, 'definition'>): Definition {
  const read = readDefinition(text)
  if ('definition' in read) return read.definition
  throw new Invalid(`The definition is wrong: ${read.problems.join('; ')}`, 'definition')
}

/** What the files say lies there, and which of them are held back. */
export async function standing(at: At): Promise<Standing> {
  const files = { levels: await filesOf('levels', at), adjustments: await filesOf('adjustments', at) }
  return standingOf(files, at.definition.feeds.levels, at.definition.locations)
}

async function pullAll(
  inbox: InboxFolder | undefined,
  polls: ReturnType<typeof pollsOf> | undefined,
  signal: AbortSignal | undefined,
): Promise<QueuedMessage[]> {
  const files = (await inbox?.pull(signal)) ?? []
  return [...files, ...((await polls?.pull(signal)) ?? [])]
}

async function check(
  { context, definition }: At,
  folder: Folder | undefined,
  signal: AbortSignal | undefined,
) {
  const warnings: Words[] = []
  const { server, name, hostKey } = context.settings
  const found = { account: name, currency: undefined, timeZone: undefined, missingScopes: [] }
  if (definition.out['shipment-requests'] === undefined)
    warnings.push({
      en: 'It is asked for no shipments: its definition has no `out.shipment-requests`.',
      zh: '不会请求它发货：其定义中没有 `out.shipment-requests`。',
    })
  if (definition.feeds.shipments === undefined)
    warnings.push({
      en: 'It never says what has left: its definition has no `feeds.shipments`.',
      zh: '它从不告知已发出什么：其定义中没有 `feeds.shipments`。',
    })
  if (folder !== undefined) {
    for (const below of foldersOf(definition).keys()) {
      try {
        await folder.list(below, { signal })
      } catch (error) {
        if (!isConnectorError(error) || error.kind !== 'not-found') throw error
        warnings.push({
          en: `There is no folder "${below}" yet: files are read once it is there.`,
          zh: `尚无文件夹“${below}”：建好之后才会读取文件。`,
        })
      }
    }
    const shown = folder.hostKey()
    if (shown !== undefined && hostKey === '')
      warnings.push({
        en: `The server shows the key ${shown}. Ask the warehouse whether it is theirs, and enter it: another is then refused.`,
        zh: `服务器出示的公钥为 ${shown}。请向仓库确认是否属实，并填入设置：之后其他公钥会被拒绝。`,
      })
    await folder.close()
  }
  const { rest } = definition
  const [first] = rest?.polls ?? []
  if (rest !== undefined && first !== undefined)
    await poll(first.path, { context, rest, operation: 'check', signal })
  if (context.files !== undefined) warnings.push(...(await troublesOf({ context, definition })))
  const { user } = context.credentials
  const where = server === '' ? (definition.rest?.baseUrl ?? `files of ${name}`) : server
  return { ...found, ...toWarnings(warnings), accountId: `${where} ${user}`.trim() }
}

/** What a person should look at: files that are held back, and rows that nobody understands. */
async function troublesOf(at: At): Promise<Words[]> {
  const { held } = await standing(at)
  const said = held.slice(-3).map(({ name, position, why }) => ({
    en: `${name} (file ${position}) is held back: ${why} If it is right, accept it.`,
    zh: `${name}（文件 ${position}）已被拦下：${inChinese(why)}如果内容正确，请予以接受。`,
  }))
  for (const name of IN_FEEDS) {
    const files = await filesOf(name, at)
    const broken = files.flatMap(({ file, rows, problem }) => [
      ...(problem === undefined || name === 'levels' ? [] : [{ en: problem, zh: inChinese(problem) }]),
      ...rows.flatMap((row) =>
        'problem' in row
          ? [
              {
                en: `${file.name}, row ${row.number}: ${row.problem}`,
                zh: `${file.name} 第 ${row.number} 行，${inChinese(row.problem)}`,
              },
            ]
          : [],
      ),
    ])
    const last = broken.at(-1)
    if (last !== undefined)
      said.push({
        en: `${broken.length} rows or files of ${name} are not understood. The last: ${last.en}.`,
        zh: `${name} 有 ${broken.length} 行或文件无法理解。最后一处：${last.zh}`,
      })
  }
  return said
}

/** As the files of items say; without such files, whatever the levels name. */
async function allListings(at: At): Promise<ExternalListing[]> {
  const bySku = new Map<string, ExternalListing>()
  const add = (row: {
    sku: string
    stockUnitId?: string | undefined
    title?: string | undefined
    barcode?: string | undefined
    state?: ExternalListing['state']
  }) => {
    const stockUnitId = row.stockUnitId ?? row.sku
    const known = bySku.get(stockUnitId)
    bySku.set(stockUnitId, {
      externalId: stockUnitId,
      stockUnitId,
      sku: row.sku,
      title: row.title ?? known?.title ?? row.sku,
      barcode: row.barcode ?? known?.barcode,
      state: row.state ?? known?.state ?? 'active',
      tracked: true,
      fulfilledBy: 'platform',
      sellsBeyondZero: false,
    })
  }
  for (const { row } of saidRows(await filesOf('items', at))) add(row)
  for (const { rows } of inOrder(await filesOf('levels', at)))
    for (const read of rows)
      if ('row' in read && !bySku.has(read.row.stockUnitId ?? read.row.sku)) add(read.row)
  return [...bySku.values()].sort((one, other) => (one.externalId < other.externalId ? -1 : 1))
}

async function findShipment(shipmentId: string, at: At): Promise<WarehouseShipment | undefined> {
  const said = saidRows(await filesOf('shipments', at)).filter(({ row }) => row.shipmentId === shipmentId)
  const [shown] = toShipments(said, at.definition.feeds.shipments?.states ?? {})
  if (shown !== undefined) return shown.shipment
  const told = await findTold('shipment-requests', shipmentId, at)
  // Until it is known to have arrived it may not be there: asked again it is told again, under the same name.
  if (told?.deliveredAt === undefined) return undefined
  return {
    externalId: shipmentId,
    shipmentId,
    version: 0,
    state: 'received',
    problem: undefined,
    parcels: [],
  }
}

/** What files that came since then changed, in the order in which they came. The cursor is the last position told. */
function changed<T>(
  all: readonly { row: T; position: number; id: string }[],
  files: readonly Parameters<typeof unreadableOf>[0][number][],
  { since, cursor }: StreamQuery,
): Page<T> {
  const recent = files.filter(({ file }) => file.keptAt >= since)
  const from = recent[0]?.file.position ?? Number.POSITIVE_INFINITY
  const keyOf = (each: { position: number; id: string }) =>
    `${String(each.position).padStart(15, '0')} ${each.id}`
  const rows = all
    .filter(({ position }) => position >= from)
    .toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1))
    .filter((each) => cursor === undefined || keyOf(each) > cursor)
  const page = rows.slice(0, PAGE)
  const last = page.at(-1)
  const unreadable = cursor === undefined ? unreadableOf(recent) : []
  return {
    rows: page.map(({ row }) => row),
    ...(unreadable.length > 0 && { unreadable }),
    next: rows.length > PAGE && last !== undefined ? keyOf(last) : undefined,
    platformTime: undefined,
  }
}

/** @throws Unavailable where whoever asked has gone */
function assertGoing(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new Unavailable('The call was broken off.', false)
}

function paged<T>(all: readonly T[], cursor: string | undefined): Page<T> {
  const from = cursor === undefined ? 0 : Number(cursor)
  const next = from + PAGE < all.length ? String(from + PAGE) : undefined
  return { rows: all.slice(from, from + PAGE), next, platformTime: undefined }
}

/** Opened at the first call. @throws Invalid where none can be had: the connection is only being tried without files */
function lazily(make: () => Folder | undefined): Folder {
  let made: Folder | undefined
  const get = (): Folder => {
    made ??= make()
    if (made === undefined) throw new Invalid('Folders cannot be reached here.', 'server')
    return made
  }
  return {
    list: async (...given) => await get().list(...given),
    read: async (...given) => await get().read(...given),
    write: async (...given) => await get().write(...given),
    move: async (...given) => await get().move(...given),
    find: async (...given) => await get().find(...given),
    hostKey: () => made?.hostKey(),
    close: async () => await made?.close(),
  }
}
