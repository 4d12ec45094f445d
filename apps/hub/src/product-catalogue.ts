import type { CustomField, CustomFieldList, Product, ProductDetail, ProductPage } from '@plimsoll/client'
import { inTransaction } from '@plimsoll/database'
import {
  findCatalogueItems,
  findCustomFields,
  findProductPage,
  findProducts,
  type ProductRow,
  type Refusal,
  removeCustomField,
  removeProduct,
  saveCustomField,
  saveProducts,
  unknownProduct,
} from '@plimsoll/stock'
import type { SyncContext } from '@plimsoll/sync'
import { toCatalogueContext, toJson } from './item-catalogue.ts'
import { RefusalProblem } from './refusal-problem.ts'

/** What people and API clients do with what items share. Every function throws the RefusalProblem that it ends with. */

/** A page of products in order of code. @param page `cursor`: the last code of the page before */
export async function listProducts(
  { database, organizationId }: SyncContext,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): Promise<ProductPage> {
  const rows = await findProductPage(database.kysely, organizationId, { after: cursor, limit: limit + 1 })
  const shown = rows.slice(0, limit)
  return { rows: shown, next: rows.length > limit ? (shown.at(-1)?.code ?? null) : null }
}

/** One product with its variants. */
export async function getProduct(
  { database, organizationId }: SyncContext,
  code: string,
): Promise<ProductDetail> {
  const [found] = await findProducts(database.kysely, organizationId, { codes: [code] })
  if (found === undefined) throw new RefusalProblem(unknownProduct(code))
  const { productId } = found
  const variants = await findCatalogueItems(database.kysely, organizationId, { productId })
  return { ...found, variants: variants.map(toJson) }
}

/** Makes a product, or changes one: `mode` says which is meant. */
export async function saveProduct(
  context: SyncContext,
  actor: string,
  row: ProductRow,
): Promise<{ isNew: boolean; product: Product }> {
  const [outcome] = await inTransaction(context.database, (tx) =>
    saveProducts(tx, toCatalogueContext(context, actor), [row]),
  )
  if (outcome === undefined) throw new Error('a row was not answered')
  if (outcome.kind === 'refused') throw new RefusalProblem(outcome)
  return { isNew: outcome.kind === 'created', product: outcome.product }
}

/** Takes a product without variants away. */
export async function dropProduct(context: SyncContext, actor: string, code: string): Promise<void> {
  orThrow(
    await inTransaction(context.database, (tx) =>
      removeProduct(tx, toCatalogueContext(context, actor), code),
    ),
  )
}

/** The fields that a brand added to its items, in order of key. */
export async function listCustomFields({ database, organizationId }: SyncContext): Promise<CustomFieldList> {
  return { rows: await findCustomFields(database.kysely, organizationId) }
}

/** Defines a field or renames it; its type may change while no item has it. */
export async function defineCustomField(
  context: SyncContext,
  actor: string,
  field: CustomField,
): Promise<{ isNew: boolean; field: CustomField }> {
  const saved = orThrow(
    await inTransaction(context.database, (tx) =>
      saveCustomField(tx, toCatalogueContext(context, actor), field),
    ),
  )
  return { isNew: saved.kind === 'created', field: saved.field }
}

/** Takes a definition away that no item uses. */
export async function dropCustomField(context: SyncContext, actor: string, key: string): Promise<void> {
  orThrow(
    await inTransaction(context.database, (tx) =>
      removeCustomField(tx, toCatalogueContext(context, actor), key),
    ),
  )
}

function orThrow<T extends { kind: 'created' | 'changed' | 'removed' }>(outcome: T | Refusal): T {
  if (outcome.kind === 'refused') throw new RefusalProblem(outcome)
  return outcome
}
