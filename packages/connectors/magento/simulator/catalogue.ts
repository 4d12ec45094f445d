/** What a shop sells, and how each product is counted. */
export type ProductType =
  | 'simple'
  | 'virtual'
  | 'downloadable'
  | 'giftcard'
  | 'configurable'
  | 'bundle'
  | 'grouped'

export type ShopProduct = {
  id: number
  sku: string
  name: string
  barcode: string
  price: number
  type: ProductType
  /** 1 enabled, 2 disabled. */
  status: 1 | 2
  manageStock: boolean
  /** 0: none; 1 and 2: it is sold beyond zero. */
  backorders: 0 | 1 | 2
  minQty: number
  /** What the single stock of old holds. */
  singleQty: number
  singleInStock: boolean
  /** The configurable that it is an option of. */
  configurableId: number | undefined
  /** Of a bundle: what one of it holds. */
  parts: { sku: string; quantity: number }[]
  /** "Ship Bundle Items": 0 together, 1 separately. */
  shipmentType: 0 | 1
  createdMs: number
  updatedMs: number
}

export type Catalogue = {
  add(product: Partial<ShopProduct> & { sku: string }): ShopProduct
  find(id: number): ShopProduct | undefined
  /** SKUs are told apart without regard to case. */
  bySku(sku: string): ShopProduct | undefined
  all(): readonly ShopProduct[]
  /** Its number stays; what is counted stays where it is, by the SKU. @throws where another has that SKU */
  rename(product: ShopProduct, sku: string): void
  remove(product: ShopProduct): void
}

export function createCatalogue(now: () => number): Catalogue {
  const products = new Map<number, ShopProduct>()
  const skus = new Map<string, ShopProduct>()
  let nextId = 0
  return {
    add(given) {
      nextId += 1
      const product: ShopProduct = {
        id: nextId,
        name: given.sku,
        barcode: '',
        price: 10,
        type: 'simple',
        status: 1,
        manageStock: true,
        backorders: 0,
        minQty: 0,
        singleQty: 0,
        singleInStock: true,
        configurableId: undefined,
        parts: [],
        shipmentType: 0,
        createdMs: now(),
        updatedMs: now(),
        ...given,
      }
      products.set(product.id, product)
      skus.set(product.sku.toLowerCase(), product)
      return product
    },
    find: (id) => products.get(id),
    bySku: (sku) => skus.get(sku.toLowerCase()),
    all: () => [...products.values()],
    rename(product, sku) {
      if (skus.has(sku.toLowerCase())) throw new Error(`Another product has the SKU ${sku}.`)
      skus.delete(product.sku.toLowerCase())
      product.sku = sku
      product.updatedMs = now()
      skus.set(sku.toLowerCase(), product)
    },
    remove(product) {
      products.delete(product.id)
      skus.delete(product.sku.toLowerCase())
    },
  }
}

/** Kinds that sources hold; composites are sold as what they are made of. */
export function holdsStock({ type }: Pick<ShopProduct, 'type'>): boolean {
  return type !== 'configurable' && type !== 'bundle' && type !== 'grouped'
}

export function isVirtual({ type }: Pick<ShopProduct, 'type'>): boolean {
  return type === 'virtual' || type === 'downloadable'
}
