import type { enMadeNames } from './en-made-names.ts'

/** 连接器自身，以及平台未命名的地点与限额的名称。 */
export const zhMadeNames: typeof enMadeNames = {
  madePlace: {
    'Shop stock': '店铺库存',
    'Own stock': '自有库存',
    Stock: '库存',
    'Own stock (sent by the seller)': '自有库存（卖家自行发货）',
    'Fulfilment by Amazon': '亚马逊配送（FBA）',
    'Walmart Fulfillment Services': '沃尔玛配送（WFS）',
  },
  madeConnector: {
    'EDI warehouse': 'EDI 仓库',
    'REST or CSV': 'REST 或 CSV',
    'Warehouse by files or API': '以文件或接口对接的仓库',
  },
  madeBudget: { requests: '请求', calls: '调用', credits: '额度', tokens: '令牌', feeds: '批量文件' },
}
