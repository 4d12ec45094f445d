import type { ImportMappingPage, ImportMappingView } from '@plimsoll/client'
import { explainConflict } from '@plimsoll/sync'
import {
  findMappingChanges,
  type MappingChangesOnly,
  type NamedMappingChange,
} from '../imports/import-mappings.store.ts'
import { getImport } from '../imports/imports.ts'
import type { ImportContext } from '../imports/open-file.ts'

/** A page of what a file of mappings would change, in the order of its rows. @throws ImportRefusal unknown-import */
export async function listImportMappings(
  context: ImportContext,
  id: string,
  query: { only?: MappingChangesOnly | undefined; cursor?: string | undefined; limit: number },
): Promise<ImportMappingPage> {
  const { organizationId, importId } = await getImport(context, id)
  const { only, cursor, limit } = query
  const found = await findMappingChanges(context.database.kysely, organizationId, importId, {
    only,
    after: cursor === undefined ? 0 : Number(cursor),
    limit: limit + 1,
  })
  const shown = found.slice(0, limit)
  const last = shown.at(-1)
  return {
    rows: shown.map(toView),
    next: found.length > limit && last !== undefined ? String(last.row) : null,
  }
}

function toView(change: NamedMappingChange): ImportMappingView {
  const { row, listingId, connectionId, connectionName, externalId, title, listingSku, shows, willShow } =
    change
  const item = (sku: string | null, name: string | null, isKit: boolean | null) =>
    sku === null ? null : { sku, name: name ?? '', isKit: isKit ?? false }
  const told = {
    ...{ listingId, connectionId, externalId, title, sku: listingSku, itemSku: change.skuAfter },
    unitsPerListing: change.unitsAfter,
  }
  return {
    ...{ row, listingId, connectionId, connectionName, externalId, title, listingSku },
    before: {
      item: item(change.skuBefore, change.nameBefore, change.isKitBefore),
      unitsPerListing: change.unitsBefore,
      ignoredBecause: change.ignoredBefore,
    },
    after: {
      item: item(change.skuAfter, change.nameAfter, change.isKitAfter),
      unitsPerListing: change.unitsAfter,
      ignoredBecause: change.ignoredAfter,
    },
    ...{ isForeseen: change.foreseen, shows, willShow, isEstimate: change.estimated },
    conflicts: change.conflicts.map(({ kind, other }) => ({
      kind,
      other,
      text: explainConflict(kind, { ...told, other }),
    })),
  }
}
