import type { enToldTasks } from './en-told-tasks.ts'

/** 简体中文：每项任务说明什么、该怎么办，按代码与事实说出。 */
const toldTask: (typeof enToldTasks)['toldTask'] = {
  said: '：{{message}}',
  'hold-zero':
    '{{ofListings}} 条刊登中有 {{listings}} 条会同时归零，共 {{units}}，而订单无法解释。这些写入等待您确认，其余照常进行。',
  'hold-raise':
    '{{ofListings}} 条刊登中有 {{listings}} 条会远高于目前的显示，共增加 {{units}}。这些写入等待您确认，其余照常进行。',
  'hold-first-batch': '该连接的首批刊登已写入，还有 {{listings}} 条等待。请查看店铺，再确认写入。',
  'hold-go-live': '首批写入，与预览一致。',
  oversold: '已承诺的数量比库存多 {{units}}。',
  'decrease-refused': '平台拒绝显示 {{quantity}}：{{message}}',
  'decrease-refused-by-hand':
    '平台拒绝显示 {{quantity}}：{{message}} 中枢无法在 {{platform}} 上单独下架一条刊登：请在平台上手动下调或下架。',
  'decrease-refused-on-sale':
    '平台拒绝显示 {{quantity}}：{{message}} 也未能在 {{platform}} 上下架：{{why}} 请在平台上手动处理。',
  'decrease-refused-off-sale':
    '平台拒绝显示 {{quantity}}：{{message}} 该刊登已在 {{platform}} 上下架，数量被接受后自动恢复。',
  'listing-not-back':
    '刊登 {{listing}} 因数量被拒绝而从 {{platform}} 下架，现无法恢复：{{message}} 请在平台上手动上架。',
  'decrease-capped':
    '{{platform}} 今天不再接受此刊登的写入。目前显示 {{shows}}，应显示 {{desired}}，将于 {{at}} 下调。若在此之前不能再卖，请在平台上结束或暂停该刊登。',
  'decrease-capped-unread':
    '{{platform}} 今天不再接受此刊登的写入。目前显示的多于应显示的 {{desired}}，将于 {{at}} 下调。若在此之前不能再卖，请在平台上结束或暂停该刊登。',
  'not-routed':
    '订单 {{order}} 有 {{units}} 无仓可发：{{because}}。一有可能就会发出；也可以调整分仓规则，或取消。',
  'shipment-refused':
    '{{warehouse}} 没有接受发货单 {{shipment}}：{{message}} 这些商品仍需履约，可行时改由其他仓库发出。',
  'shipment-cannot-cancel':
    '发货单 {{shipment}} 要取消，但无法通知 {{warehouse}}。请致电仓库；在其确认之前，商品一直被占用。',
  'shipment-unknown':
    '发货单 {{shipment}} 在 {{hours}}前已交给 {{warehouse}}，但仓库查无此单。请致电仓库，或改由其他仓库发货。',
  'shipment-idle':
    '发货单 {{shipment}} 在 {{hours}}前已交给 {{warehouse}}，但一直没有进展。请致电仓库，或改由其他仓库发货。',
  'shipment-held': '发货单 {{shipment}} 被仓库暂停{{said}}。请在仓库处理，或取消该发货单后改由其他仓库发货。',
  'shipment-short':
    '发货单 {{shipment}} 有 {{units}}没有发出{{said}}。这些商品仍需履约：请改由其他仓库发货，或取消。',
  'shipped-anyway': '发货单 {{shipment}} 本不应再发出，却已发出。请追回，或让顾客留下。',
  'parcel-unexpected':
    '发货单 {{shipment}} 的包裹里有 {{units}} {{sku}}，没有人要求发出。请询问仓库，并在那里盘点 {{sku}}。',
  'inbound-refused':
    '入库单 {{inbound}} 未能向 {{warehouse}} 预报：{{message}} 更正后请重新预报，或自行通知仓库。',
  'inbound-changed':
    '入库单 {{inbound}} 向 {{warehouse}} 预报之后，有 {{units}}被取消，而系统无法自动通知仓库。请自行通知。',
  'inbound-changed-in-doubt':
    '入库单 {{inbound}} 有 {{units}}被取消。{{warehouse}} 可能此前已收到预报（其答复丢失）。请询问并通知仓库。',
  'inbound-missing': '{{warehouse}} 已关闭入库单 {{inbound}}，以下商品没有到货：{{lines}}。请询问供应商。',
  'inbound-more':
    '{{warehouse}} 为入库单 {{inbound}} 收到的 {{sku}} 比在途数量多 {{units}}。已计入库存；请询问供应商。',
  'inbound-not-awaited':
    '{{warehouse}} 为入库单 {{inbound}} 收到 {{units}} {{sku}}，而该单并不等待这些商品。已计入库存；请询问供应商。',
  'return-refused': '退货 {{return}} 未能告知 {{warehouse}}：{{message}} 更正后请重新预报，或自行通知仓库。',
  'return-refused-in-doubt':
    '{{warehouse}} 可能已通过一次未获答复的请求得知退货 {{return}}，再次告知时被拒绝：{{message}} 更正后请重新预报，或向仓库确认。',
  'return-changed':
    '退货 {{return}} 告知 {{warehouse}} 之后有变更，而系统无法自动通知仓库。请自行告知现在应退回的货物。',
  'return-cannot-withdraw':
    '退货 {{return}} 告知 {{warehouse}} 之后被撤销，但未能撤回：{{message}} 请自行通知仓库。',
  'return-came-anyway':
    '退货 {{return}} 已撤销，货物仍然到了 {{warehouse}}。仓库收下的货物照常入账；请与顾客另行处理。',
  'return-over':
    '{{warehouse}} 收到退货 {{return}} 的 {{sku}} 比预报多 {{units}}。请询问顾客或仓库这些商品的来源。',
  'return-more':
    '{{warehouse}} 收到退货 {{return}}，其中 {{sku}} 比原发货多 {{units}}。已计入库存；请询问仓库这些商品的来源。',
  'receipt-not-booked': '{{warehouse}} 的收货 {{delivery}} 尚未入账：{{message}}',
  'return-not-booked': '{{warehouse}} 的退货 {{delivery}} 尚未入账：{{message}}',
  'count-held-zero':
    '{{connection}} 同时报告 {{location}} 的 {{ofItems}} 种商品中有 {{items}} 种已清空，共 {{units}}。这些盘点数暂缓入账，其余照常。请核实；若属实，请在该连接的页面上接受。数量恢复后自动解除。',
  'count-held-raise':
    '{{connection}} 同时报告 {{location}} 的 {{ofItems}} 种商品中有 {{items}} 种成倍增加，共 {{units}}。这些盘点数暂缓入账，其余照常。请核实；若属实，请在该连接的页面上接受。数量恢复后自动解除。',
  'runs-out-one': '在 {{location}}，{{sku}} 会在补货到达之前售罄。',
  'runs-out-many': '在 {{location}}，有 {{items}} 种商品会在补货到达之前售罄，最早的是 {{sku}}。',
  'not-told': '{{channel}} 没有接受订单 {{order}} 已发货的通知：{{message}} 请在渠道后台手动标记为已发货。',
  'cancel-asked':
    '订单 {{order}} 的买家在 {{channel}} 申请取消，{{units}}暂不发出。请取消订单，或解除暂停照常发货。',
  'cancel-missed': '订单 {{order}} 有 {{units}}在通知 {{channel}} 取消之前已经发出：请按退货收回。',
  'cancel-late': '订单 {{order}} 本应取消，但在通知 {{channel}} 之前已经发出：请按退货收回。',
  'cancel-not-done':
    '{{channel}} 已接受取消订单 {{order}} 的请求，但一直没有执行。请在渠道后台手动取消或重新申请取消，或解除暂停让其发货。',
  'cancel-refused':
    '{{channel}} 没有取消订单 {{order}}：{{message}} 请在渠道后台手动取消，或解除暂停让其发货。',
  'listing-renamed':
    '{{title}} 关联 {{item}} 时的 SKU 是 {{had}}，现在是 {{has}}。在您决定之前仍按 {{item}} 计算，且不会上调。按新 SKU 应销售：{{proposed}}。',
  'listing-swapped':
    '{{title}} 关联 {{item}} 时的 SKU 是 {{had}}，现在是 {{has}}，而 {{other}} 用了它原来的 SKU：两条刊登互换了。在您决定之前仍按 {{item}} 计算，且不会上调。',
  'listing-relisted':
    '{{title}} 的 SKU {{has}} 原属于 {{other}}，该刊登销售 {{item}}。在您决定之前，它不占用您的任何库存：请关联到 {{proposed}}，或保持不关联。',
  drift:
    '{{channel}} 显示 {{observed}}，而中枢所知为 {{expected}}，没有订单可以解释{{said}}。在决定以哪个为准之前不会上调：请在该连接的页面上决定。',
  untracked:
    '平台没有为此刊登跟踪库存，它会无限销售，中枢也不写入数量。请在平台上启用库存跟踪，然后重新导入。',
  'orders-unread-notice':
    '自 {{since}} 起，{{connection}} 的订单情况不明。其他渠道照常显示：没有规则另作规定。恢复读取后自动解除。',
  'orders-unread-buffer':
    '自 {{since}} 起，{{connection}} 的订单情况不明。它所售的商品，其他渠道各保留 {{units}}。恢复读取后自动解除。',
  'orders-unread-percent':
    '自 {{since}} 起，{{connection}} 的订单情况不明。它所售的商品，其他渠道只显示 {{percent}}%。恢复读取后自动解除。',
  'orders-unread-zero':
    '自 {{since}} 起，{{connection}} 的订单情况不明。它所售的商品，其他渠道显示为 0。恢复读取后自动解除。',
  'access-lost':
    '{{connection}} 已停止：{{message}} 所有事项在队列中等待，关联保持不变。请用同一账号重新连接。',
  'right-missing':
    '{{connection}} 已停止：{{message}} 所有事项在队列中等待，关联保持不变。请在平台上授予所缺的权限，然后恢复；若应用已被移除，请重新连接。',
  'webhooks-refused':
    '无法登记 {{connection}} 的 Webhook：{{message}} 在此期间轮询订单。请授予管理 Webhook 的权限；中枢会自动重试。',
  'webhooks-silent':
    '{{connection}} 的 Webhook 已登记，但没有任何一条送达。在此期间轮询订单。请确认可以从外部访问 {{url}}。',
  'orders-missing':
    '{{connection}} 在 {{from}} 至 {{to}} 之间有 {{missing}} 个订单中枢还不知道。正在读取；若一直不消失才需要处理。',
}
export const zhToldTasks = { toldTask }
