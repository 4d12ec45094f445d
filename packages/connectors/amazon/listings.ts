import {
  type ConnectorContext,
  type ExternalListing,
  Invalid,
  isConnectorError,
  NotFound,
  type Page,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import * as answers from './answers.ts'
import { listingsPath, type Reading } from './levels.ts'
import { toListing } from './map.ts'
import { askForReport, followReport, LISTINGS, readReport } from './reports.ts'
import type { Credentials, Settings } from './settings.ts'

/** A search is never paged further than this: larger accounts are read by a report. */
const SEARCHED_MAX = 1_000
const PAGE_SIZE = 20
const REPORT_PAGE = 500
const LISTINGS_REPORT = { operation: 'listings.report.create', reportType: 'GET_MERCHANT_LISTINGS_ALL_DATA' }
/** A report takes a minute or more. */
const REPORT_AGAIN_MS = 10_000

const INCLUDED = ['summaries', 'attributes', 'fulfillmentAvailability', 'relationships']

export type ListingReading = Reading &
  Pick<ConnectorContext<Settings, Credentials>, 'http'> & {
    /** The report that is being paged through; another process fetches it again. */
    report: { documentId: string; rows: ExternalListing[] } | undefined
    /** SKUs that this sweep has told of as sold, and in which marketplace. Another process may tell some of them again. */
    sold: Map<string, number>
  }

/** Where the reading is: in a marketplace's search; waiting for a marketplace's report; or that far into it. */
const cursorShape = z.union([
  z.strictObject({ token: z.string().min(1), searched: z.int().nonnegative().default(0) }),
  z.strictObject({ searched: z.int().positive() }),
  z.strictObject({
    marketplace: z.int().nonnegative(),
    report: z.string().min(1),
    asked: z.int().positive(),
  }),
  z.strictObject({
    marketplace: z.int().nonnegative(),
    document: z.string().min(1),
    from: z.int().nonnegative(),
  }),
])
type Cursor = z.infer<typeof cursorShape>

/**
 * One page of listings. An account of up to a thousand is searched; a larger one is read from Amazon's report of all
 * listings, which takes minutes to be made: meanwhile pages come empty.
 */
export async function readListings(
  cursor: string | undefined,
  reading: ListingReading,
): Promise<Page<ExternalListing>> {
  if (cursor === undefined) reading.sold.clear()
  const at = cursor === undefined ? { searched: 0 } : readCursor(cursor)
  if ('searched' in at) return await searchPage(at, reading)
  return 'report' in at ? await waitForReport(at, reading) : await reportPage(at, reading)
}

/**
 * Each marketplace shows what is listed there, so a SKU of several comes several times: sold in one of them it is sold, whatever
 * another says of it. A page that is read again tells the same again.
 */
function toTell(
  rows: readonly ExternalListing[],
  marketplace: number,
  { sold }: ListingReading,
): ExternalListing[] {
  const told = rows.filter(({ externalId }) => (sold.get(externalId) ?? marketplace) === marketplace)
  for (const { externalId, state } of told) if (state === 'active') sold.set(externalId, marketplace)
  return told
}

async function searchPage(
  { token: pageToken, searched }: { token?: string | undefined; searched: number },
  reading: ListingReading,
): Promise<Page<ExternalListing>> {
  const { transport, settings, signal } = reading
  const marketplace = settings.marketplaces[searched]
  // The settings name fewer by now.
  if (marketplace === undefined) return { rows: [], next: undefined, platformTime: undefined }
  const { data, date } = await transport.ask(
    {
      operation: 'listings',
      method: 'GET',
      path: listingsPath(settings),
      query: {
        // Of several the first alone is shown.
        marketplaceIds: marketplace,
        includedData: INCLUDED,
        // What is added meanwhile comes at the end.
        sortBy: 'createdDate',
        sortOrder: 'ASC',
        pageSize: String(PAGE_SIZE),
        pageToken,
      },
      signal,
    },
    answers.itemPage,
  )
  if (pageToken === undefined && data.numberOfResults > SEARCHED_MAX)
    return await beginReport(searched, reading)
  const rows: ExternalListing[] = []
  const unreadable: { externalId: string; version: undefined }[] = []
  for (const row of data.items) {
    const item = answers.item.safeParse(row).data
    if (item === undefined) unreadable.push({ externalId: row.sku, version: undefined })
    else rows.push(...[toListing(item) ?? []].flat())
  }
  const token = data.pagination?.nextToken
  const isLast = token === undefined && searched + 1 >= settings.marketplaces.length
  const next: Cursor = token === undefined ? { searched: searched + 1 } : { token, searched }
  return {
    rows: toTell(rows, searched, reading),
    ...(unreadable.length > 0 && { unreadable }),
    next: isLast ? undefined : JSON.stringify(next),
    platformTime: date,
  }
}

async function beginReport(marketplace: number, reading: ListingReading): Promise<Page<ExternalListing>> {
  const id = reading.settings.marketplaces[marketplace]
  // Each marketplace has a report of its own; a SKU that is in several is told several times.
  if (id === undefined) return { rows: [], next: undefined, platformTime: undefined }
  const { data, date } = await askForReport({ ...LISTINGS_REPORT, marketplaceIds: [id] }, reading)
  const next: Cursor = { marketplace, report: data.reportId, asked: 1 }
  return { rows: [], next: JSON.stringify(next), againInMs: REPORT_AGAIN_MS, platformTime: date }
}

async function waitForReport(
  { marketplace, report, asked }: { marketplace: number; report: string; asked: number },
  reading: ListingReading,
): Promise<Page<ExternalListing>> {
  const { documentId, date } = await followReport('listings.report', report, reading)
  const next: Cursor =
    documentId === undefined
      ? { marketplace, report, asked: asked + 1 }
      : { marketplace, document: documentId, from: 0 }
  const isMade = documentId !== undefined
  return {
    rows: [],
    next: JSON.stringify(next),
    ...(!isMade && { againInMs: REPORT_AGAIN_MS }),
    platformTime: date,
  }
}

async function reportPage(
  { marketplace, document, from }: { marketplace: number; document: string; from: number },
  reading: ListingReading,
): Promise<Page<ExternalListing>> {
  if (reading.report?.documentId !== document) {
    const rows = await readReport('listings.report', document, LISTINGS, reading)
    reading.report = { documentId: document, rows }
  }
  const { rows } = reading.report
  const page = toTell(rows.slice(from, from + REPORT_PAGE), marketplace, reading)
  if (from + REPORT_PAGE < rows.length) {
    const next: Cursor = { marketplace, document, from: from + REPORT_PAGE }
    return { rows: page, next: JSON.stringify(next), platformTime: undefined }
  }
  reading.report = undefined
  return { ...(await beginReport(marketplace + 1, reading)), rows: page }
}

function readCursor(text: string): Cursor {
  const cursor = cursorShape.safeParse(parseOrUndefined(text)).data
  if (cursor === undefined) throw new Invalid('this is no place in the listings', 'cursor')
  return cursor
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // The caller says what it is not.
  }
}

/** One listing as it is now: as the first marketplace shows it that sells it, else as the first shows it that has it. @throws NotFound */
export async function readListing(externalId: string, reading: Reading): Promise<ExternalListing> {
  let found: ExternalListing | undefined
  for (const marketplace of reading.settings.marketplaces) {
    const listing = await readListingIn(marketplace, externalId, reading)
    if (listing?.state === 'active') return listing
    found ??= listing
  }
  if (found === undefined) throw new NotFound(`Amazon has no listing ${externalId}`)
  return found
}

/** Undefined: it is not listed there. @throws NotFound of the parent of variations */
async function readListingIn(
  marketplace: string,
  externalId: string,
  { transport, settings, signal }: Reading,
): Promise<ExternalListing | undefined> {
  let item: z.infer<typeof answers.item>
  try {
    const { data } = await transport.ask(
      {
        operation: 'listing',
        method: 'GET',
        path: `${listingsPath(settings)}/${encodeURIComponent(externalId)}`,
        query: { marketplaceIds: marketplace, includedData: INCLUDED },
        signal,
      },
      answers.item,
    )
    item = data
  } catch (error) {
    if (isConnectorError(error) && error.kind === 'not-found') return undefined
    throw error
  }
  const listing = toListing(item)
  if (listing === undefined)
    throw new NotFound(`${externalId} is the parent of variations: it is not sold itself`)
  return listing
}
