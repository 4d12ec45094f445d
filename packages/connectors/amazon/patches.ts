import { OWN_STOCK } from './ids.ts'

/**
 * One attribute of one listing. `merge` leaves the days until shipping and the restock date beside it as they are,
 * where `replace` would wipe them; PRODUCT stands for whatever type the product has.
 * Sources: selling-partner-api-models issue 4406; developer-docs.amazon.com/sp-api/docs/merge-a-listing
 */
export function quantityPatch(quantity: number) {
  return {
    productType: 'PRODUCT',
    patches: [
      {
        op: 'merge',
        path: '/attributes/fulfillment_availability',
        value: [{ fulfillment_channel_code: OWN_STOCK, quantity }],
      },
    ],
  }
}
