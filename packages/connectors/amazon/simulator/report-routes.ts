import type { WarehouseFloor } from '@plimsoll/connector-kit/simulator'
import { z } from 'zod'
import { type Account, isListedIn, type Listing } from './account.ts'
import { type ApiRoute, checkMarketplaces, invalid, notFound, type Site } from './api.ts'
import type { Documents } from './documents.ts'
import { writeReturns } from './returns-report.ts'

const LISTINGS = 'GET_MERCHANT_LISTINGS_ALL_DATA'
const RETURNS = 'GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA'
const COLUMNS = [
  'item-name',
  'item-description',
  'listing-id',
  'seller-sku',
  'price',
  'quantity',
  'open-date',
  'item-is-marketplace',
  'product-id-type',
  'item-note',
  'item-condition',
  'asin1',
  'product-id',
  'pending-quantity',
  'fulfillment-channel',
  'merchant-shipping-group',
  'status',
]
const body = z.object({
  reportType: z.enum([LISTINGS, RETURNS]),
  marketplaceIds: z.array(z.string()).min(1).max(25),
  dataStartTime: z.iso.datetime().optional(),
  dataEndTime: z.iso.datetime().optional(),
})

type Report = { id: string; type: string; createdAt: number; endsAt: number; document: string | undefined }

/** Reports API 2021-06-30, with the report of all listings and the one of what customers returned to Amazon. */
export function reportRoutes(site: Site, documents: Documents, floor: WarehouseFloor): ApiRoute[] {
  const { account, traits, now } = site
  const reports = new Map<string, Report>()
  const root = '/reports/2021-06-30'
  return [
    {
      method: 'POST',
      path: `${root}/reports`,
      operation: 'createReport',
      role: 'listings',
      handle(call) {
        const read = body.safeParse(call.body)
        if (!read.success) throw invalid('Unknown report type, or a time that is none.')
        const { reportType, dataStartTime, dataEndTime } = read.data
        checkMarketplaces(traits, read.data.marketplaceIds, 25)
        const report: Report = {
          id: String(60_000_000_000 + account.fresh()),
          type: reportType,
          createdAt: now(),
          endsAt: now() + traits.reportMs,
          document: undefined,
        }
        reports.set(report.id, report)
        account.schedule(report.endsAt, () => {
          const isLatin = traits.reportEncoding === 'latin1'
          report.document = documents.keep(
            Buffer.from(
              reportType === LISTINGS
                ? write(account, read.data.marketplaceIds[0] ?? '')
                : writeReturns(floor, toSpan(dataStartTime, dataEndTime, now())),
              isLatin ? 'latin1' : 'utf8',
            ),
            `text/plain; charset=${isLatin ? 'Cp1252' : 'UTF-8'}`,
          )
        })
        return { status: 202, body: { reportId: report.id } }
      },
    },
    {
      method: 'GET',
      path: `${root}/reports/:reportId`,
      operation: 'getReport',
      role: 'listings',
      handle({ params }) {
        const report = reports.get(params.reportId ?? '')
        if (report === undefined) throw notFound(`Report ${params.reportId} was not found.`)
        const { id, type, createdAt, endsAt, document } = report
        return {
          body: {
            reportId: id,
            reportType: type,
            createdTime: new Date(createdAt).toISOString(),
            processingStatus: document === undefined ? 'IN_PROGRESS' : 'DONE',
            ...(document !== undefined && {
              reportDocumentId: document,
              processingEndTime: new Date(endsAt).toISOString(),
            }),
          },
        }
      },
    },
    {
      method: 'GET',
      path: `${root}/documents/:documentId`,
      operation: 'getReportDocument',
      role: 'listings',
      handle({ params }) {
        const id = params.documentId ?? ''
        const stored = documents.find(id)
        if (stored === undefined) throw notFound(`Document ${id} was not found.`)
        return {
          body: {
            reportDocumentId: id,
            url: documents.open(id),
            ...(stored.isPacked && { compressionAlgorithm: 'GZIP' }),
          },
        }
      },
    },
  ]
}

/** What is listed in one marketplace: a report of several tells of one of them (models issue 1998). */
function write(account: Account, marketplace: string): string {
  const rows = [...account.listings.values()]
    .filter((listing) => listing.childSkus === undefined && isListedIn(listing, marketplace))
    .map((listing) => COLUMNS.map((name) => cellOf(listing, name)).join('\t'))
  return `${[COLUMNS.join('\t'), ...rows].join('\r\n')}\r\n`
}

function cellOf(listing: Listing, name: string): string {
  const { quantity } = listing
  switch (name) {
    case 'item-name':
      return listing.title
    case 'seller-sku':
      return listing.sku
    case 'price':
      return listing.price.toFixed(2)
    case 'quantity':
      return typeof quantity === 'number' ? String(quantity) : ''
    case 'product-id-type':
      return listing.barcode === undefined ? '1' : '4'
    case 'product-id':
      return listing.barcode ?? listing.asin
    case 'asin1':
      return listing.asin
    case 'item-condition':
      return '11'
    case 'fulfillment-channel':
      return quantity === undefined ? 'AMAZON_NA' : 'DEFAULT'
    case 'status':
      return quantity === 0 ? 'Inactive' : 'Active'
    default:
      return ''
  }
}

/** What is not said of it: the last day. */
function toSpan(from: string | undefined, until: string | undefined, now: number) {
  const untilMs = until === undefined ? now : Date.parse(until)
  return { fromMs: from === undefined ? untilMs - 86_400_000 : Date.parse(from), untilMs }
}
