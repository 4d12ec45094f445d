import {
  type CheckResult,
  type ConnectorContext,
  type ExternalListing,
  Forbidden,
  isConnectorError,
  NotFound,
  type Page,
  toWarnings,
  Unavailable,
  type WarehouseSide,
  type Words,
  withWarnings,
} from '@plimsoll/connector-kit'
import { createExchange, type Exchange, type PartnerProfile } from '@plimsoll/edi'
import { placeOf } from './place.ts'
import { type Credentials, profileOf, type Settings } from './settings.ts'

const PAGE = 250

/** One partner, asked and heard over its folders. */
export function open(context: ConnectorContext<Settings, Credentials>): WarehouseSide {
  const { settings, credentials, files } = context
  const profile = profileOf(settings)
  const place = placeOf(settings, credentials)
  let opened: Exchange | undefined
  const exchange = (options?: { signal?: AbortSignal }): Exchange => {
    if (options?.signal?.aborted === true) throw new Unavailable('The call was given up.', false)
    if (files === undefined)
      throw new Forbidden('Nothing is kept of a connection that is only being tried.', 'files')
    opened ??= createExchange({
      profile,
      folder: files.open(place),
      log: files.log,
      folders: { in: settings.inFolder, out: settings.outFolder, archive: settings.archiveFolder },
      now: context.now,
    })
    return opened
  }

  return {
    async check(options) {
      const found = await check(context, profile, options)
      const again = files === undefined ? [] : await exchange(options).numbersUsedAgain()
      return again.length === 0 ? found : withWarnings(found, [usedAgain(again)])
    },

    async locations() {
      return profile.locations.map(({ id, name }) => ({
        externalId: id,
        name: name === '' ? id : name,
        active: true,
      }))
    },

    async listings(cursor, options): Promise<Page<ExternalListing>> {
      const items = await exchange(options).items(options)
      const rest = items.filter(({ sku }) => cursor === undefined || sku > cursor)
      const page = rest.slice(0, PAGE)
      return {
        rows: page.map(toListing),
        next: rest.length > PAGE ? page.at(-1)?.sku : undefined,
        platformTime: undefined,
      }
    },

    async listing(externalId, options) {
      const found = (await exchange(options).items(options)).find(({ sku }) => sku === externalId)
      if (found === undefined) throw new NotFound('No file of the partner has named it.')
      return toListing(found)
    },

    async counts(cursor, options) {
      const rows = await exchange(options).counts(options)
      const at = cursor === undefined ? 0 : Number(cursor)
      return {
        rows: rows.slice(at, at + PAGE),
        next: at + PAGE < rows.length ? String(at + PAGE) : undefined,
        platformTime: undefined,
      }
    },

    registerWebhooks: async () => ({ registered: [], repaired: [] }),
    pull: async (options) => await exchange(options).pull(options),
    acknowledge: async (receipts, options) => await exchange(options).acknowledge(receipts, options),
    requestShipment: async (request, options) => await exchange(options).requestShipment(request, options),
    findShipment: async (id, options) => await exchange(options).findShipment(id, options),
    cancelShipment: async (shipment, options) => await exchange(options).cancelShipment(shipment, options),
    shipments: async (query, options) => await exchange(options).shipments(query, options),
    announceInbound: async (notice, options) => await exchange(options).announceInbound(notice, options),
    receipts: async (query, options) => await exchange(options).receipts(query, options),
  }
}

function toListing({ sku, title }: { sku: string; title: string | undefined }): ExternalListing {
  return {
    externalId: sku,
    sku,
    barcode: undefined,
    title: title ?? sku,
    stockUnitId: sku,
    tracked: true,
    fulfilledBy: 'platform',
    sellsBeyondZero: false,
    state: 'active',
  }
}

/** @param sets `846 SENDER/GS06/ST02`, the oldest first; one at least */
function usedAgain(sets: readonly string[]): Words {
  const last = sets.at(-1) ?? ''
  return {
    en: `The partner uses control numbers again for other content (${sets.length} sets, the last: ${last}). All of it counts; ask the partner to let them grow.`,
    zh: `合作方对不同内容重复使用控制编号（${sets.length} 个报文，最近一个：${last}）。这些内容均已计入；请让合作方使用递增的编号。`,
  }
}

async function check(
  { settings, credentials, files }: ConnectorContext<Settings, Credentials>,
  profile: PartnerProfile,
  options?: { signal?: AbortSignal },
): Promise<CheckResult> {
  const warnings: Words[] = []
  const missingScopes: string[] = []
  if (profile.usage === 'test')
    warnings.push({
      en: 'The profile is for tests: what is sent is marked as a test.',
      zh: '此配置用于测试：发送的内容会标记为测试。',
    })
  if (settings.server.startsWith('sftp:') && settings.hostKey === '')
    warnings.push({
      en: 'The key of the SFTP server is not given: any server that answers there is believed.',
      zh: '未提供 SFTP 服务器的公钥：任何在此地址应答的服务器都会被信任。',
    })
  if (files !== undefined) {
    const folder = files.open(placeOf(settings, credentials))
    try {
      for (const path of [settings.inFolder, settings.outFolder])
        if (!(await isThere(() => folder.list(path, options)))) missingScopes.push(`folder ${path}`)
      const key = folder.hostKey()
      if (key !== undefined && settings.hostKey === '')
        warnings.push({ en: `The server's key is ${key}.`, zh: `服务器的公钥为 ${key}。` })
    } finally {
      await folder.close()
    }
  }
  return {
    account: profile.name,
    accountId: `${profile.partner.qualifier}:${profile.partner.id}`,
    currency: undefined,
    timeZone: profile.zone,
    missingScopes,
    ...toWarnings(warnings),
  }
}

async function isThere(list: () => Promise<unknown>): Promise<boolean> {
  try {
    await list()
    return true
  } catch (error) {
    if (isConnectorError(error) && error.kind === 'not-found') return false
    throw error
  }
}
