import type { TaskList } from '@plimsoll/client'
import type { Language } from '../language.ts'

type Kind = Exclude<TaskList['rows'][number]['kind'], 'hold'>

/** The hub writes the details of a task in English; whoever reads Chinese is told first, in Chinese, what is asked of them. */
const inChinese: Record<Kind, string> = {
  oversold: '已接的订单多于库存，请按下列办法处理。',
  'refused-decrease': '平台拒绝了下调，该商品可能被超卖。请在平台上查看该刊登，或将其下架。',
  'capped-decrease': '平台当日可写次数已用完，下调要等到次日。可先在平台上手动下调。',
  'listing-not-back': '数量被拒绝时刊登已下架，现平台不让恢复。请在平台上手动上架。',
  'not-routed': '没有仓库能发这个订单。请补货、调整分仓规则，或取消订单。',
  'shipment-refused': '仓库没有接受发货单。请按原因更正后重试，或改由其他仓库发货。',
  'shipment-stuck': '发货单很久没有进展。请向仓库询问，或取消后改由其他仓库发货。',
  'shipment-held': '仓库暂停了发货。请在仓库处理，或取消后改由其他仓库发货。',
  'shipment-short': '有商品没有随包裹发出，仍需履约。请改由其他仓库发货，或取消。',
  'shipped-anyway': '订单已取消，包裹仍然发出。请追回，或让顾客留下。',
  'parcel-unexpected': '包裹里有没人要求发的商品。请询问仓库，并盘点该商品。',
  'inbound-refused': '仓库没有接受入库预报。请按原因更正后再预报。',
  'inbound-changed': '预报之后入库单有变更。请通知仓库。',
  'return-refused': '仓库没有接受退货预报。请按原因更正后再预报，或自行通知仓库。',
  'return-changed': '告知仓库之后退货有变更或被撤销。请通知仓库。',
  'receipt-differs': '仓库收到的数量与预报不符。请核对后决定如何入账。',
  'delivery-stuck': '收货或退货还没有入账。请按原因处理。',
  'runs-out': '在补货到达之前就会售罄。请提前补货或放慢销售。',
  'count-held': '对方报告的盘点数变动过大，暂缓入账。请核实，若属实请在连接页面上接受。',
  'not-told': '没能把发货告诉渠道。请在渠道后台填写物流单号，或重试。',
  'not-cancelled': '渠道没有取消这个订单。请在渠道后台处理，或让订单继续。',
  'cancel-asked': '买家申请取消，等待您决定。请取消订单，或解除暂停照常发货。',
  'listing-changed': '平台上的刊登有变化，关联可能不再正确。请确认。',
  drift: '平台显示的数量与预期不符。请查看是谁改动的。',
  untracked: '平台没有为该商品跟踪库存，显示多少不由中枢决定。请在平台上启用库存跟踪。',
  unmapped: '有刊登还没有关联商品，它们的库存不会同步。请去匹配。',
  connection: '连接有问题，请按细节处理。',
}

/** @returns undefined where the details say it in the reader's language already */
export function meaningOf(kind: TaskList['rows'][number]['kind'], language: Language): string | undefined {
  return language === 'en' || kind === 'hold' ? undefined : inChinese[kind]
}
