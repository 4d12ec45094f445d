import type { z } from 'zod'
import type { Page } from '../canonical.ts'
import { isConnectorError, Malformed, Unavailable } from '../errors.ts'

/** What reading a warehouse's lists and looking things up for a request have in common, whichever it is. */

const hubId = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i

/** The hub's id, where a reference is one or holds one; what others made says nothing to it. */
export function hubIdOf(reference: string | null | undefined): string | undefined {
  return reference?.match(hubId)?.[0].toLowerCase()
}

/** What is only looked up for a request says of it, where it fails, that the request itself surely never left. */
export async function beforeItLeaves<T>(looks: () => Promise<T>): Promise<T> {
  try {
    return await looks()
  } catch (error) {
    if (!isConnectorError(error) || (error.kind !== 'unavailable' && error.kind !== 'malformed')) throw error
    throw new Unavailable(error.message, false, { ...error.platform, cause: error })
  }
}

/** Rows one by one: one that cannot be read is named, the others go on. What else is thrown is the page's failure. */
export async function readEachRow<Raw, Row>(
  raws: readonly unknown[],
  of: {
    schema: z.ZodType<Raw>
    idOf: (raw: unknown) => string | undefined
    /** Undefined: it is nothing to tell. */
    toRow: (raw: Raw) => Row | undefined | Promise<Row | undefined>
  },
): Promise<Required<Pick<Page<Row>, 'rows' | 'unreadable'>>> {
  const rows: Row[] = []
  const unreadable: NonNullable<Page<Row>['unreadable']> = []
  for (const raw of raws) {
    const read = of.schema.safeParse(raw)
    try {
      if (!read.success) throw new Malformed('a row of another shape', '')
      const row = await of.toRow(read.data)
      if (row !== undefined) rows.push(row)
    } catch (error) {
      const externalId = of.idOf(raw)
      // An answer that is no answer is the page's failure, and so is a row without an id: nobody could ask for it again.
      if (!(error instanceof Malformed) || error.platform.status !== undefined || externalId === undefined)
        throw error
      unreadable.push({ externalId, version: undefined })
    }
  }
  return { rows, unreadable }
}

/** Units by SKU, in the order in which the SKUs come: for warehouses that tell what left by SKU alone. */
export function unitsBySku<Line extends { sku: string; quantity: number }>(
  lines: readonly Line[],
): { sku: string; quantity: number; first: Line }[] {
  return [...Map.groupBy(lines, ({ sku }) => sku)].flatMap(([sku, own]) => {
    const first = own[0]
    return first === undefined
      ? []
      : [{ sku, quantity: own.reduce((sum, { quantity }) => sum + quantity, 0), first }]
  })
}
