import type { Faults } from '@plimsoll/connector-kit/simulator'
import type { FastifyInstance } from 'fastify'
import { defaultLocationId } from '../ids.ts'
import { scopes } from '../scopes.ts'
import { childOf, childrenOf, readXml, textOf, writeXml, type XmlContent, type XmlElement } from '../xml.ts'
import type { Access } from './access.ts'
import { type Account, isCounted, type SellerListing, shownOf, stockUnitIdOf, type Unit } from './account.ts'
import type { DayQuotas } from './day-quotas.ts'
import type { TakenWrite } from './inventory-routes.ts'

type Content = { [name: string]: XmlContent | readonly XmlContent[] | undefined }
type Problem = { code: number; message: string; values?: string[]; severity?: 'Error' | 'Warning' }

const namespace = 'urn:ebay:apis:eBLBaseComponents'
const quantityMax = 2_147_483_647

/** The Trading API's one address: the call is named in a header, everything else is XML, failures are 200 too. */
export function tradingRoutes(
  app: FastifyInstance,
  options: {
    account: Account
    access: Access
    faults: Faults
    quotas: DayQuotas
    currency: string
    now(): number
    onWrite(write: TakenWrite): void
  },
): { revise(request: XmlElement, receivedAtNs: string): string } {
  const { account, access, faults, quotas, now } = options

  const answer = (call: string, ack: string, content: Content, problems: readonly Problem[] = []): string => {
    const errors = problems.map(
      ({ code, message, values = [], severity = 'Error' }): XmlContent => ({
        ShortMessage: message,
        LongMessage: message,
        ErrorCode: code,
        SeverityCode: severity,
        ErrorParameters: values.map((value) => ({ Value: value })),
        ErrorClassification: 'RequestError',
      }),
    )
    const body = writeXml(`${call}Response`, {
      Timestamp: new Date(now()).toISOString(),
      Ack: ack,
      Errors: errors,
      Version: '1451',
      Build: 'E1451_SIMULATED',
      ...content,
    })
    return `<?xml version="1.0" encoding="UTF-8"?>\n${body.replace('>', ` xmlns="${namespace}">`)}`
  }
  const fail = (call: string, ...problems: Problem[]) => answer(call, 'Failure', {}, problems)

  const calls: Record<string, (request: XmlElement, receivedAtNs: string) => string> = {
    GeteBayOfficialTime: () => answer('GeteBayOfficialTime', 'Success', {}),
    GetUserPreferences: () =>
      answer('GetUserPreferences', 'Success', {
        OutOfStockControlPreference: account.traits.outOfStockControl,
      }),
    GetItem(request) {
      const itemId = textOf(request, 'ItemID') ?? ''
      const listing = account.find(itemId)
      if (listing === undefined) {
        return fail('GetItem', { code: 17, message: 'This item cannot be accessed.', values: [itemId] })
      }
      return answer('GetItem', 'Success', { Item: toItem(listing, options.currency, 'whole') })
    },
    GetMyeBaySelling(request) {
      const wanted = childOf(request, 'ActiveList')
      if (textOf(wanted, 'Include') !== 'true') return answer('GetMyeBaySelling', 'Success', {})
      const perPage = Number(textOf(wanted, 'Pagination', 'EntriesPerPage') ?? '25')
      const page = Number(textOf(wanted, 'Pagination', 'PageNumber') ?? '1')
      if (!(perPage >= 1 && perPage <= 200) || !(page >= 1))
        return fail('GetMyeBaySelling', {
          code: 340,
          message: 'The page number or entries per page are invalid.',
        })
      // The oldest first; what is listed meanwhile comes at the end.
      const all = account.active()
      if (all.length === 0) return answer('GetMyeBaySelling', 'Success', {})
      const rows = all.slice((page - 1) * perPage, page * perPage)
      return answer('GetMyeBaySelling', 'Success', {
        ActiveList: {
          ItemArray: { Item: rows.map((listing) => toItem(listing, options.currency, 'listed')) },
          PaginationResult: {
            TotalNumberOfPages: Math.ceil(all.length / perPage),
            TotalNumberOfEntries: all.length,
          },
        },
      })
    },
    ReviseInventoryStatus: (request, receivedAtNs) => reviseStatuses(request, receivedAtNs),
  }

  function reviseStatuses(request: XmlElement, receivedAtNs: string): string {
    const rows = childrenOf(request, 'InventoryStatus')
    if (rows.length === 0 || rows.length > 4)
      return fail('ReviseInventoryStatus', {
        code: 21_916_270,
        message: '1 to 4 InventoryStatus nodes are allowed.',
      })
    const problems: Problem[] = []
    const echoes: XmlContent[] = []
    for (const row of rows) {
      const outcome = revise(row, receivedAtNs)
      if ('problem' in outcome) problems.push(outcome.problem)
      else echoes.push(outcome.echo)
    }
    const ack = problems.length === 0 ? 'Success' : echoes.length === 0 ? 'Failure' : 'PartialFailure'
    return answer('ReviseInventoryStatus', ack, { InventoryStatus: echoes }, problems)
  }

  const revise = (row: XmlElement, atNs: string): { problem: Problem } | { echo: XmlContent } => {
    const itemId = textOf(row, 'ItemID') ?? ''
    const sku = textOf(row, 'SKU')
    const text = textOf(row, 'Quantity') ?? ''
    const values = [itemId, ...(sku === undefined ? [] : [sku])]
    const listing = account.find(itemId)
    if (listing === undefined)
      return { problem: { code: 17, message: 'This item cannot be accessed.', values } }
    if (listing.world === 'offer')
      return {
        problem: {
          code: 21_919_474,
          message: 'Inventory-based listing management is not supported by this tool.',
          values,
        },
      }
    if (!isCounted(listing))
      return { problem: { code: 21_916_286, message: 'Unsupported ListingType.', values } }
    if (listing.status === 'Ended')
      return {
        problem: {
          code: 21_916_750,
          message: `You are not allowed to revise an ended item "${itemId}".`,
          values,
        },
      }
    const unit =
      listing.groupKey === undefined ? listing.units[0] : listing.units.find((each) => each.sku === sku)
    if (unit === undefined || (listing.groupKey !== undefined && sku === undefined))
      return { problem: { code: 21_916_635, message: 'There is no such variation.', values } }
    const quantity = Number(text)
    if (!/^-?\d+$/.test(text) || quantity < 0 || quantity > quantityMax)
      return { problem: { code: 21_916_017, message: 'The quantity is invalid.', values } }
    if (!account.mayRevise(listing))
      return { problem: { code: 21_919_300, message: 'The listing was revised too often today.', values } }
    const before = shownOf(listing, unit)
    account.set(listing, unit, quantity)
    options.onWrite({
      atNs,
      stockUnitId: stockUnitIdOf(listing, unit),
      locationId: defaultLocationId,
      quantity,
      before,
      after: shownOf(listing, unit),
    })
    return {
      echo: {
        ItemID: itemId,
        ...(unit.sku !== undefined && { SKU: unit.sku }),
        // What is left and what was sold, together.
        Quantity: unit.total + unit.sold,
        StartPrice: listing.price.toFixed(2),
      },
    }
  }

  app.post('/ws/api.dll', async (request, reply) => {
    const call = String(request.headers['x-ebay-api-call-name'] ?? '')
    const token = access.find(String(request.headers['x-ebay-api-iaf-token'] ?? ''))
    void reply.type('text/xml; charset=utf-8')
    const handle = calls[call]
    if (handle === undefined)
      return fail(call === '' ? 'Unknown' : call, { code: 2, message: 'Unsupported verb.' })
    if (token === undefined || token.kind !== 'user')
      return fail(call, { code: 21_917_053, message: 'IAF token supplied is expired.' })
    if (!token.scopes.includes(scopes.base))
      return fail(call, { code: 21_916_984, message: 'Invalid IAF token: insufficient scope.' })
    if (faults.shouldThrottle() || !quotas.spend('tradingapi'))
      return fail(call, { code: 518, message: 'Your application has exceeded usage limit on this call.' })
    let root: XmlElement
    try {
      root = readXml(request.rawBody?.toString('utf8') ?? '')
    } catch {
      return fail(call, { code: 5, message: 'XML Parse error.' })
    }
    if (root.name !== `${call}Request` || root.attributes.xmlns !== namespace)
      return fail(call, { code: 5, message: 'XML Parse error: the root is not the request that was named.' })
    return handle(root, request.receivedAtNs)
  })
  return { revise: reviseStatuses }
}

/** `Quantity` counts what was sold, too; what is left to buy is the difference. */
function toItem(
  listing: SellerListing,
  currency: string,
  form: 'whole' | 'listed',
): { [name: string]: XmlContent | readonly XmlContent[] | undefined } {
  const isGroup = listing.groupKey !== undefined
  const [only] = listing.units
  const sum = (of: (unit: Unit) => number) => listing.units.reduce((total, unit) => total + of(unit), 0)
  const left = sum((unit) => shownOf(listing, unit))
  const sold = sum((unit) => unit.sold)
  return {
    ItemID: listing.itemId,
    Title: listing.title,
    ListingType: listing.type,
    ListingDuration: 'GTC',
    Currency: currency,
    ...(!isGroup && only?.sku !== undefined && { SKU: only.sku }),
    Quantity: left + sold,
    ...(form === 'listed' && { QuantityAvailable: left }),
    SellingStatus: {
      CurrentPrice: listing.price.toFixed(2),
      QuantitySold: sold,
      ...(form === 'whole' && { ListingStatus: listing.status === 'Active' ? 'Active' : 'Completed' }),
    },
    ListingDetails: { StartTime: new Date(listing.startedMs).toISOString() },
    ...(isGroup && {
      Variations: {
        Variation: listing.units.map((unit) => ({
          ...(unit.sku !== undefined && { SKU: unit.sku }),
          StartPrice: listing.price.toFixed(2),
          Quantity: shownOf(listing, unit) + unit.sold,
          SellingStatus: { QuantitySold: unit.sold },
          VariationSpecifics: {
            NameValueList: unit.aspects.map(({ name, value }) => ({ Name: name, Value: value })),
          },
        })),
      },
    }),
  }
}
