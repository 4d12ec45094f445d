import { type Db, type Tx, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'
import { type Refusal, refuse } from '../errors.ts'
import { lockCatalogue } from './catalogue.store.ts'
import type { CatalogueContext } from './catalogue.ts'
import { decideProduct, type Product, type ProductRow, unknownProduct } from './products.ts'

/** Products by their codes, in order of code. */
export async function findProducts(
  db: Db,
  organizationId: string,
  { codes }: { codes: readonly string[] },
): Promise<Product[]> {
  if (codes.length === 0) return []
  const found = await sql<Product>`
    select product_id, code, name, names, option_names, version from product
    where organization_id = ${organizationId} and code = any(${sql.val([...codes])}::text[])
    order by code`.execute(db)
  return found.rows
}

/** A page of all products in order of code. @param query `after`: the last code of the page before */
export async function findProductPage(
  db: Db,
  organizationId: string,
  query: { after: string | undefined; limit: number },
): Promise<(Product & { variants: number })[]> {
  const found = await sql<Product & { variants: number }>`
    select product_id, code, name, names, option_names, version,
      (
        select count(*) from item
        where item.organization_id = product.organization_id and item.product_id = product.product_id
          and item.archived_at is null
      ) as variants
    from product
    where organization_id = ${organizationId} and code > ${query.after ?? ''}
    order by code
    limit ${query.limit}`.execute(db)
  return found.rows
}

export type ProductOutcome =
  | { kind: 'created' | 'changed' | 'unchanged'; product: Product }
  | ({ productCode: string } & Refusal)

/**
 * Creates or changes products, as one part of the caller's transaction. A refused row changes nothing; the others stand.
 * @returns an outcome per row, in the order of the rows
 */
export async function saveProducts(
  tx: Tx,
  context: CatalogueContext,
  rows: readonly ProductRow[],
): Promise<ProductOutcome[]> {
  const { organizationId } = context
  await lockCatalogue(tx, organizationId)
  const codes = rows.map(({ code }) => code)
  const [found, used] = await Promise.all([
    findProducts(tx, organizationId, { codes }),
    findOptionsInUse(tx, organizationId, codes),
  ])
  const known = new Map(found.map((product) => [product.code, product]))
  const seen = new Set<string>()
  const outcomes = rows.map((row): ProductOutcome => {
    const before = known.get(row.code)
    const fresh = {
      productId: context.uuid(),
      code: row.code,
      name: '',
      names: {},
      optionNames: [],
      version: 0,
    }
    const product = seen.has(row.code)
      ? refuse('row-repeated', 'code', `The product "${row.code}" is given twice.`)
      : decideProduct(row, before, fresh, used.get(row.code) ?? [])
    seen.add(row.code)
    if (product.kind === 'refused') return { productCode: row.code, ...product }
    if (product.product.version === before?.version) return { kind: 'unchanged', product: product.product }
    return { kind: before === undefined ? 'created' : 'changed', product: product.product }
  })
  await writeProducts(
    tx,
    context,
    outcomes.flatMap((each) => (each.kind === 'created' || each.kind === 'changed' ? [each.product] : [])),
  )
  return outcomes
}

/** Takes a product away that no item is a variant of, archived ones included. */
export async function removeProduct(
  tx: Tx,
  context: CatalogueContext,
  code: string,
): Promise<{ kind: 'removed' } | Refusal> {
  const { organizationId } = context
  await lockCatalogue(tx, organizationId)
  const [product] = await findProducts(tx, organizationId, { codes: [code] })
  if (product === undefined) return unknownProduct(code)
  const found = await sql<{ sku: string }>`
    select sku from item
    where organization_id = ${organizationId} and product_id = ${product.productId}
    order by sku limit 1`.execute(tx)
  const [variant] = found.rows
  if (variant !== undefined) {
    return refuse('product-in-use', 'code', `The item "${variant.sku}" is a variant of "${code}".`)
  }
  await sql`
    delete from product
    where organization_id = ${organizationId} and product_id = ${product.productId}`.execute(tx)
  return { kind: 'removed' }
}

/** Option names that some variant has a value of, by the product's code. */
async function findOptionsInUse(
  db: Db,
  organizationId: string,
  codes: readonly string[],
): Promise<Map<string, string[]>> {
  const found = await sql<{ code: string; names: string[] }>`
    select code, array_agg(distinct option_name) as names
    from product
    join item using (organization_id, product_id)
    cross join lateral jsonb_object_keys(options) as chosen(option_name)
    where organization_id = ${organizationId} and code = any(${sql.val([...codes])}::text[])
    group by code`.execute(db)
  return new Map(found.rows.map(({ code, names }) => [code, names]))
}

async function writeProducts(tx: Tx, context: CatalogueContext, products: readonly Product[]): Promise<void> {
  if (products.length === 0) return
  const source = unnestRows('saved', products, {
    productId: 'uuid',
    code: 'text',
    name: 'text',
    names: 'jsonb',
    optionNames: 'jsonb',
    version: 'bigint',
  })
  await sql`
    insert into product (organization_id, product_id, code, name, names, option_names, version, created_at)
    select ${context.organizationId}, product_id, code, name, names, option_names, version, ${context.now()}
    from ${source}
    on conflict (organization_id, product_id) do update set
      name = excluded.name, names = excluded.names, option_names = excluded.option_names,
      version = excluded.version`.execute(tx)
}
