import type { Area } from '@plimsoll/accounts'
import { z } from 'zod'
import type { ExportWhat } from '../exports/exports.ts'
import type { ImportJob } from '../imports/imports.store.ts'
import { IMPORTS, type ImportWhat } from '../imports/sheet.ts'
import type { Permission } from './permissions.ts'

/** What a file that is imported writes, as the routes ask it that write the same one by one. */
const imports: Readonly<Record<ImportWhat, Omit<Permission, 'deed'>>> = {
  items: { area: 'catalogue', needs: 'operator' },
  kits: { area: 'catalogue', needs: 'operator' },
  lots: { area: 'stock', needs: 'operator' },
  serials: { area: 'stock', needs: 'operator' },
  stock: { area: 'stock', needs: 'operator' },
  adjust: { area: 'stock', needs: 'operator' },
  count: { area: 'stock', needs: 'operator' },
  locations: { area: 'stock', needs: 'admin' },
  mappings: { area: 'connections', needs: 'operator' },
  orders: { area: 'orders', needs: 'operator' },
}

/** To which area what is exported belongs; whoever may read there may take it along. */
const exports: Readonly<Record<ExportWhat, Area>> = {
  items: 'catalogue',
  kits: 'catalogue',
  balances: 'stock',
  movements: 'stock',
  reservations: 'stock',
  locations: 'stock',
  lots: 'stock',
  serials: 'stock',
  replenishment: 'stock',
  mappings: 'connections',
}

/** Asked beside what the route of imports itself asks: for handing a file in, and for applying it. */
export function importPermission(what: string): Permission {
  return { ...termsOf(what), deed: 'write' }
}

const withColumns = z.object({ columns: z.array(z.object({ field: z.string().nullable().optional() })) })

/** Whether a file of items, once it was checked, has a column with what is there of them: that is written to the ledger. */
export function bringsStock({ what, preview }: Pick<ImportJob, 'what' | 'preview'>): boolean {
  const known = withColumns.safeParse(preview)
  return what === 'items' && known.success && known.data.columns.some(({ field }) => field === 'quantity')
}

/** For rows of a file that was handed in: they may name who somebody is. */
export function importRowsPermission(what: string): Permission {
  return { area: termsOf(what).area, deed: 'read', needs: 'operator' }
}

/** Of one that was handed in: nothing else was ever taken. */
function termsOf(what: string): Omit<Permission, 'deed'> {
  const known = IMPORTS.find((each) => each === what)
  if (known === undefined) throw new Error(`nobody may import ${what}`)
  return imports[known]
}

export function exportPermission(what: ExportWhat): Permission {
  return { area: exports[what], deed: 'read', needs: 'viewer' }
}
