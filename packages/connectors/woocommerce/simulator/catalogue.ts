import type { ShopEvent } from './shop.ts'

export type ShopProduct = {
  id: number
  /** 0: not a variation. */
  parentId: number
  type: 'simple' | 'variable' | 'variation' | 'grouped' | 'external'
  name: string
  sku: string
  barcode: string
  /** In the shop's currency. */
  price: number
  status: string
  /** What the owner ticked. A variation that does not count for itself leaves it to its parent. */
  manageStock: boolean
  /** May be negative; null until first counted. */
  stock: number | null
  backorders: 'no' | 'notify' | 'yes'
  createdMs: number
  modifiedMs: number
  /** Of a variation: "Red". */
  option: string
}

export type NewProduct = Partial<Omit<ShopProduct, 'id' | 'createdMs' | 'modifiedMs'>> & { name: string }

export type Catalogue = {
  add(product: NewProduct): ShopProduct
  find(id: number): ShopProduct | undefined
  /** In the order of ids. */
  all(): readonly ShopProduct[]
  variationsOf(parentId: number): ShopProduct[]
  /** The first product of this SKU that a shopper can buy. */
  findSellable(sku: string): ShopProduct | undefined
  /** Who counts this product: itself, its parent, or undefined: nobody. */
  holderOf(id: number): ShopProduct | undefined
  /** What the API calls `manage_stock`. */
  managingOf(product: ShopProduct): boolean | 'parent'
  /** Orders and refunds: adds to the quantity. */
  move(holder: ShopProduct, units: number): void
  /** Saves a change: the date moves and webhooks fire, whether anything differs or not. */
  save(product: ShopProduct, change: Partial<ShopProduct>): void
  trash(product: ShopProduct): void
}

export function createCatalogue({
  newId,
  now,
  tell,
  managesStock,
}: {
  newId: () => number
  now: () => number
  tell: (event: ShopEvent) => void
  managesStock: () => boolean
}): Catalogue {
  const products = new Map<number, ShopProduct>()
  const bySku = new Map<string, ShopProduct[]>()
  // SKUs are compared by a database that knows no case.
  const index = (product: ShopProduct) => {
    const key = product.sku.toLowerCase()
    bySku.set(key, [...(bySku.get(key) ?? []), product])
  }

  const catalogue: Catalogue = {
    add(given) {
      const product: ShopProduct = {
        parentId: 0,
        type: given.parentId ? 'variation' : 'simple',
        sku: '',
        barcode: '',
        price: 0,
        status: 'publish',
        manageStock: true,
        stock: null,
        backorders: 'no',
        option: '',
        ...given,
        id: newId(),
        createdMs: now(),
        modifiedMs: now(),
      }
      products.set(product.id, product)
      index(product)
      tell({ topic: 'product.created', id: product.id })
      return product
    },
    find: (id) => products.get(id),
    all: () => [...products.values()],
    variationsOf: (parentId) => [...products.values()].filter((product) => product.parentId === parentId),
    findSellable: (sku) =>
      bySku
        .get(sku.toLowerCase())
        ?.find(({ type, status }) => (type === 'simple' || type === 'variation') && status === 'publish'),
    holderOf(id) {
      const product = products.get(id)
      if (product === undefined) return undefined
      const managing = catalogue.managingOf(product)
      if (managing === 'parent') return products.get(product.parentId)
      return managing ? product : undefined
    },
    managingOf(product) {
      if (!managesStock() || product.type === 'grouped' || product.type === 'external') return false
      if (product.manageStock) return true
      return products.get(product.parentId)?.manageStock === true ? 'parent' : false
    },
    move(holder, units) {
      holder.stock = (holder.stock ?? 0) + units
      holder.modifiedMs = now()
      tell({ topic: 'product.updated', id: holder.id })
    },
    save(product, change) {
      const oldKey = product.sku.toLowerCase()
      Object.assign(product, change, { modifiedMs: now() })
      if (product.sku.toLowerCase() !== oldKey) {
        bySku.set(
          oldKey,
          (bySku.get(oldKey) ?? []).filter((other) => other !== product),
        )
        index(product)
      }
      tell({ topic: 'product.updated', id: product.id })
    },
    trash(product) {
      product.status = 'trash'
      product.modifiedMs = now()
      tell({ topic: 'product.deleted', id: product.id })
    },
  }
  return catalogue
}
