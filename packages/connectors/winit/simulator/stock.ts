import type { WarehouseFloor } from '@plimsoll/connector-kit/simulator'
import { type Data, failure, pageOf, success, textOf } from './envelope.ts'

/** Warehouses, products, what lies there. Defective units are none of these numbers. */
export function stockCalls(floor: WarehouseFloor) {
  return {
    queryWarehouse: () =>
      success(
        floor.facilities.map(({ id, name }) => ({
          warehouseID: id,
          warehouseCode: `WH${id.slice(-4)}`,
          warehouseName: `${name} Warehouse`,
          warehouseAddress: '',
        })),
      ),
    queryWarehouseStorage(data: Data) {
      const facilityId = textOf(data.warehouseID)
      if (!floor.facilities.some(({ id }) => id === facilityId)) return failure('20006', '仓库不存在')
      const page = pageOf(data, floor.counts({ facilityId }))
      if (page === undefined) return failure('20008', '分页参数错误')
      return success({
        currentPageNum: page.number,
        currentPageSize: page.size,
        total: page.total,
        list: page.list.map(({ sku, sellable, committed, incoming }) => ({
          productName: floor.item(sku)?.title ?? '',
          productCode: sku,
          specification: '',
          warehouseID: facilityId,
          inventory: String(sellable),
          reservedInventory: committed,
          pipelineInventory: String(incoming),
          qtyShareStorage: 0,
        })),
      })
    },
    'winit.mms.item.list'(data: Data) {
      const like = textOf(data.skuCode)
      const page = pageOf(
        data,
        floor.items().filter(({ sku }) => like === '' || sku.includes(like)),
      )
      if (page === undefined) return failure('20008', '分页参数错误')
      return success({
        pageParams: { pageNo: page.number, pageSize: page.size, totalCount: page.total },
        list: page.list.map(({ sku, title }) => ({
          skuCode: sku,
          specification: null,
          name: title,
          cnName: title,
          isActive: 'Y',
        })),
      })
    },
  }
}
