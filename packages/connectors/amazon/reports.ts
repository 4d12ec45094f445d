import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { type ExternalListing, Malformed, statusError, Unavailable } from '@plimsoll/connector-kit'
import * as answers from './answers.ts'
import { isAmazonsChannel } from './ids.ts'
import type { ListingReading } from './listings.ts'
import type { Answer } from './transport.ts'

/**
 * Amazon's reports: text with tabs, made on demand, often packed.
 * Source: developer-docs.amazon.com/sp-api/docs/report-type-values-inventory, reports-api-v2021-06-30-use-case-guide.
 */
const ROOT = '/reports/2021-06-30'

type Asking = Pick<ListingReading, 'transport' | 'http' | 'signal'>

/** @param report.operation whose budget it spends; the rest is what Amazon is asked for */
export function askForReport(
  {
    operation,
    ...body
  }: { operation: string; reportType: string; marketplaceIds: string[] } & Partial<
    Record<'dataStartTime' | 'dataEndTime', string>
  >,
  { transport, signal }: Asking,
): Promise<Answer<{ reportId: string }>> {
  return transport.ask(
    { operation, method: 'POST', path: `${ROOT}/reports`, body, signal },
    answers.createdReport,
  )
}

/** @returns the document once it is made */
export async function followReport(
  operation: string,
  reportId: string,
  { transport, signal }: Asking,
): Promise<{ documentId: string | undefined; date: Date | undefined }> {
  const { data, date } = await transport.ask(
    {
      operation,
      method: 'GET',
      path: `${ROOT}/reports/${encodeURIComponent(reportId)}`,
      signal,
    },
    answers.report,
  )
  switch (data.processingStatus) {
    case 'DONE':
      if (data.reportDocumentId !== undefined) return { documentId: data.reportDocumentId, date }
      throw new Malformed(`report ${reportId} is done and has no document`, JSON.stringify(data))
    case 'CANCELLED':
    case 'FATAL':
      // The reading begins anew: nothing of it was told.
      throw new Unavailable(`Amazon gave up report ${reportId}: ${data.processingStatus}`, true)
    default:
      return { documentId: undefined, date }
  }
}

/** What is read of a report: the columns that it must have, and what one line of it is; undefined: nothing. */
export type ReportShape<Row> = {
  columns: readonly string[]
  toRow(names: readonly string[], line: string): Row | undefined
  /** It repeats what buyers wrote: no error says anything of its text. */
  isPersonal?: boolean
}

/** @param operation what it spends by: `operation.document`, `operation.download` */
export async function readReport<Row>(
  operation: string,
  documentId: string,
  shape: ReportShape<Row>,
  { transport, http, signal }: Asking,
): Promise<Row[]> {
  const { data } = await transport.ask(
    {
      operation: `${operation}.document`,
      method: 'GET',
      path: `${ROOT}/documents/${encodeURIComponent(documentId)}`,
      signal,
    },
    answers.document,
  )
  const download = `${operation}.download`
  const response = await http.send({
    operation: download,
    method: 'GET',
    url: data.url,
    wantsBytes: true,
    timeoutMs: 60_000,
    ...(signal !== undefined && { signal }),
  })
  if (response.status !== 200) throw statusError(response, download)
  const bytes = response.bytes ?? Buffer.from(response.text)
  const rows: Row[] = []
  let names: readonly string[] | undefined
  try {
    for await (const line of linesOf(bytes, data.compressionAlgorithm, response.headers['content-type'])) {
      if (names === undefined) names = readHeader(line, shape)
      else {
        const row = shape.toRow(names, line)
        if (row !== undefined) rows.push(row)
      }
    }
  } catch (cause) {
    if (cause instanceof Malformed) throw cause
    throw new Malformed(`${download}: the report cannot be unpacked`, '', true, { cause })
  }
  if (names === undefined) throw new Malformed(`${download}: the report is empty`, '')
  return rows
}

/** Line by line: unpacked whole, with all descriptions, a large account's would not fit in memory. */
async function* linesOf(
  bytes: Uint8Array,
  algorithm: string | undefined,
  contentType: string | undefined,
): AsyncGenerator<string> {
  const source = Readable.from([bytes])
  const unpacked = algorithm === undefined ? source : source.compose(createGunzip())
  const decoder = decoderFor(contentType)
  let rest = ''
  for await (const chunk of unpacked) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = parts.pop() ?? ''
    for (const part of parts) if (part.trim() !== '') yield part.replace(/\r$/, '')
  }
  const last = rest + decoder.decode()
  if (last.trim() !== '') yield last.replace(/\r$/, '')
}

/** Reports are written in the marketplace's own encoding, which the download's header names. */
function decoderFor(contentType: string | undefined): TextDecoder {
  const named = /charset=["']?([\w-]+)/i.exec(contentType ?? '')?.[1] ?? 'utf-8'
  const encoding = /^cp1252$/i.test(named) ? 'windows-1252' : named
  try {
    return new TextDecoder(encoding)
  } catch {
    throw new Malformed(`the report: the encoding "${named}" is not known`, '')
  }
}

/** Japan's report has its columns in Japanese. */
const COLUMNS: Readonly<Record<string, string>> = {
  出品者SKU: 'seller-sku',
  商品名: 'item-name',
  数量: 'quantity',
  商品IDタイプ: 'product-id-type',
  商品ID: 'product-id',
  'フルフィルメント・チャンネル': 'fulfillment-channel',
  ステータス: 'status',
}

/** All listings of one marketplace. */
export const LISTINGS: ReportShape<ExternalListing> = {
  columns: ['seller-sku', 'item-name', 'quantity', 'fulfillment-channel'],
  toRow: toReportListing,
}

export function readHeader(
  line: string,
  { columns, isPersonal = false }: Pick<ReportShape<unknown>, 'columns' | 'isPersonal'> = LISTINGS,
): readonly string[] {
  const names = line
    .replace(/^\uFEFF/, '')
    .split('\t')
    .map((name) => COLUMNS[name.trim()] ?? name.trim().toLowerCase())
  const missing = columns.filter((name) => !names.includes(name))
  if (missing.length > 0) {
    throw new Malformed(`the report has no column ${missing.join(', ')}`, isPersonal ? '' : line)
  }
  return names
}

/** UPC, EAN and ISBN; 1 is Amazon's own number. */
const BARCODES = new Set(['2', '3', '4'])

/** One row; undefined for one without a SKU. */
export function toReportListing(names: readonly string[], line: string): ExternalListing | undefined {
  const cells = line.split('\t')
  const cell = (name: string): string => cells[names.indexOf(name)]?.trim() ?? ''
  const sku = cells[names.indexOf('seller-sku')] ?? ''
  if (sku === '') return undefined
  const isAmazons = isAmazonsChannel(cell('fulfillment-channel'))
  const isCounted = /^\d+$/.test(cell('quantity'))
  const productId = cell('product-id')
  // What has run out is called inactive too.
  const isOff =
    names.includes('status') && cell('status').toLowerCase() !== 'active' && Number(cell('quantity') || 1) > 0
  return {
    externalId: sku,
    sku,
    barcode: BARCODES.has(cell('product-id-type')) && productId !== '' ? productId : undefined,
    title: cell('item-name') || sku,
    stockUnitId: sku,
    tracked: isAmazons || isCounted,
    fulfilledBy: isAmazons ? 'platform' : 'merchant',
    sellsBeyondZero: false,
    state: isOff ? 'inactive' : 'active',
  }
}
