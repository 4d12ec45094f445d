import {
  type CallOptions,
  type ConnectorContext,
  Invalid,
  type StreamQuery,
  type WarehouseOperations,
  type WarehouseReturn,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import { AMAZON_STOCK } from './ids.ts'
import type { Reading } from './levels.ts'
import { parseOrUndefined } from './list-place.ts'
import { askForReport, followReport, type ReportShape, readReport } from './reports.ts'
import { type Credentials, homeMarketplace, type Settings } from './settings.ts'

/**
 * What customers sent back to Amazon, by its report of them: each row is a unit (or some) with what Amazon found it to be.
 * Source: developer-docs.amazon.com/sp-api/docs/fba-customer-concessions-reports-attributes, report-type-values-fba.
 */
const TYPE = 'GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA'
/** Further back than the hub asks: a return is in the report a day or more after it came. */
const OVERLAP_MS = 14 * 86_400_000
/** Amazon makes a report for at most so long a time. */
const SPAN_MS_MAX = 30 * 86_400_000
/** A report takes a minute or more. */
const REPORT_AGAIN_MS = 15_000

const place = z.strictObject({ report: z.string().min(1), asked: z.int().positive() })

export function createReturns(
  reading: Reading & Pick<ConnectorContext<Settings, Credentials>, 'http' | 'now'>,
): Pick<Required<WarehouseOperations>, 'returns'> {
  const { settings, now } = reading
  return {
    async returns({ since, cursor }: StreamQuery, { signal }: CallOptions = {}) {
      const asking = { ...reading, signal }
      if (cursor === undefined) {
        const from = Math.max(since.getTime() - OVERLAP_MS, now() - SPAN_MS_MAX)
        const { data, date } = await askForReport(
          {
            operation: 'returns.report.create',
            reportType: TYPE,
            marketplaceIds: [homeMarketplace(settings)],
            dataStartTime: new Date(Math.min(from, now() - 60_000)).toISOString(),
            dataEndTime: new Date(now()).toISOString(),
          },
          asking,
        )
        return waiting({ report: data.reportId, asked: 1 }, date)
      }
      const at = place.safeParse(parseOrUndefined(cursor)).data
      if (at === undefined) throw new Invalid('this is no place in the returns', 'cursor')
      const { documentId, date } = await followReport('returns.report', at.report, asking)
      if (documentId === undefined) return waiting({ ...at, asked: at.asked + 1 }, date)
      const rows = await readReport('returns.report', documentId, RETURNS, asking)
      return { ...toReturns(rows), next: undefined, platformTime: date }
    },
  }
}

function waiting(at: z.infer<typeof place>, platformTime: Date | undefined) {
  return { rows: [], next: JSON.stringify(at), againInMs: REPORT_AGAIN_MS, platformTime }
}

/** A cell by the name of its column; empty where the report has no such column. */
type ReturnedRow = (name: string) => string

export const RETURNS: ReportShape<ReturnedRow> = {
  columns: ['return-date', 'order-id', 'sku', 'quantity', 'detailed-disposition'],
  toRow(names, line) {
    const cells = line.split('\t')
    return (name) => cells[names.indexOf(name)]?.trim() ?? ''
  },
  isPersonal: true,
}

/** Each row by itself; those of another shape are named. Rows that cannot be told apart are one return of all their units. */
export function toReturns(rows: readonly ReturnedRow[]): {
  rows: WarehouseReturn[]
  unreadable: { externalId: string; version: undefined }[]
} {
  const found = new Map<string, WarehouseReturn>()
  const unreadable: { externalId: string; version: undefined }[] = []
  for (const cell of rows) {
    const sku = cell('sku')
    const orderId = cell('order-id')
    const plate = cell('license-plate-number')
    const returnedAt = new Date(cell('return-date'))
    const key = `${plate === '' ? `${orderId} ${cell('return-date')}` : plate} ${sku}`
    const quantity = /^[1-9]\d{0,6}$/.test(cell('quantity')) ? Number(cell('quantity')) : 0
    const condition = conditionOf(cell('detailed-disposition'))
    if (sku === '' || quantity === 0 || condition === undefined || Number.isNaN(returnedAt.getTime())) {
      unreadable.push({ externalId: key.trim() || 'a row without an order', version: undefined })
      continue
    }
    const id = `${key} ${condition}`
    const known = found.get(id)?.lines[0]
    found.set(id, {
      externalId: id,
      number: orderId || undefined,
      // The report names Amazon's order, never the one that it was asked for.
      shipmentId: undefined,
      version: undefined,
      locationId: AMAZON_STOCK,
      isComplete: true,
      lines: [
        {
          externalId: id,
          sku,
          quantity: quantity + (known?.quantity ?? 0),
          condition,
          lot: undefined,
          expiresOn: undefined,
          serials: [],
          receivedAt: returnedAt,
        },
      ],
    })
  }
  return { rows: [...found.values()], unreadable }
}

/** Whatever is not sellable cannot be sold: the other words are published in no list. Undefined: none was told. */
function conditionOf(disposition: string): 'sellable' | 'damaged' | undefined {
  if (disposition === '') return undefined
  return disposition.toUpperCase() === 'SELLABLE' ? 'sellable' : 'damaged'
}
