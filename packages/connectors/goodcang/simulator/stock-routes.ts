import type { WarehouseFloor } from '@plimsoll/connector-kit/simulator'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { INVENTORY_PAGE, PRODUCT_PAGE } from '../limits.ts'
import { CUSTOMER } from './account.ts'
import { faultOf, pageOf, success, wholeNumber } from './envelope.ts'

const listBody = z.object({
  page: wholeNumber,
  pageSize: wholeNumber,
  product_sku: z.string().optional(),
  product_sku_arr: z.array(z.string()).max(200).optional(),
  warehouse_code: z.string().optional(),
  warehouse_code_arr: z.array(z.string()).optional(),
})

/** Who the customer is, where it stores, what it stores and how much. */
export function stockRoutes(app: FastifyInstance, floor: WarehouseFloor, methods: readonly string[]): void {
  app.post('/base_data/get_account_list', async () =>
    success({
      data: {
        customer_code: CUSTOMER.code,
        account_list: [
          {
            firm_name: CUSTOMER.firm,
            firm_status: 2,
            server_firm_name: 'ETARGET LIMITED',
            business_type_list: [0],
            account_code: 'AC000001',
            balance_list: [{ currency_code: 'USD', amount: '1000.000' }],
          },
        ],
      },
    }),
  )
  app.post('/base_data/get_warehouse', async () =>
    success({
      data: floor.facilities.map(({ id, name }) => ({
        warehouse_code: id,
        warehouse_name: name,
        country_code: id.slice(0, 2),
        wp_list: [{ code: `${id}-1`, name: `${name} 1`, address: [] }],
      })),
    }),
  )
  app.post('/base_data/get_shipping_method', async () =>
    success({
      data: floor.facilities.flatMap(({ id }) =>
        methods.map((code) => ({
          code,
          name: code,
          name_en: code,
          warehouse_code: id,
          type: '0',
          is_signature: 0,
        })),
      ),
    }),
  )

  app.post('/product/get_product_sku_list', async (request) => {
    const read = listBody.safeParse(request.body)
    if (!read.success) return faultOf(read.error)
    const { page, pageSize: size, product_sku, product_sku_arr } = read.data
    const rows = floor.items().filter(({ sku }) => isWanted(sku, product_sku, product_sku_arr))
    return pageOf(rows, { page, size, sizeMax: PRODUCT_PAGE }, ({ sku, title, hasSerials }) => ({
      product_sku: sku,
      reference_no: '',
      product_status: 'S',
      product_title_cn: title,
      product_title_en: title,
      product_weight: 0.5,
      is_collect_serial_number: hasSerials,
    }))
  })

  app.post('/inventory/get_product_inventory', async (request) => {
    const read = listBody.safeParse(request.body)
    if (!read.success) return faultOf(read.error)
    const {
      page,
      pageSize: size,
      product_sku,
      product_sku_arr,
      warehouse_code,
      warehouse_code_arr,
    } = read.data
    const rows = floor
      .counts()
      .filter(
        ({ sku, facilityId }) =>
          isWanted(sku, product_sku, product_sku_arr) &&
          isWanted(facilityId, warehouse_code, warehouse_code_arr),
      )
    return pageOf(
      rows,
      { page, size, sizeMax: INVENTORY_PAGE },
      ({ sku, facilityId, sellable, damaged, committed, incoming }) => ({
        product_barcode: `${CUSTOMER.code}-${sku}`,
        product_sku: sku,
        warehouse_code: facilityId,
        // Some as text and some as numbers, as the real one writes them.
        onway: String(incoming),
        pending: '0',
        sellable: String(Math.max(0, sellable - committed)),
        unsellable: String(damaged),
        reserved: String(Math.min(committed, sellable)),
        shipped: '0',
        sold_shared: '0',
        tune_out: 0,
        tune_in: 0,
        product_sales_value: '0.00',
        warehouse_desc: floor.facilities.find(({ id }) => id === facilityId)?.name ?? '',
        stocking: 0,
        pi_no_stock: Math.max(0, committed - sellable),
        pi_freeze: 0,
      }),
    )
  })
}

/** One value, several, or all where neither is given. */
function isWanted(value: string, one: string | undefined, several: readonly string[] | undefined): boolean {
  if (one) return value === one
  return several === undefined || several.length === 0 || several.includes(value)
}
