import type { enToldProblems } from './en-told-problems.ts'

/** 连接遇到的问题与事件搁置的原因，按代码与事实说出；`message` 是对方的原话。 */
export const zhToldProblems: typeof enToldProblems = {
  toldProblem: {
    said: '：“{{message}}”',
    unauthorized: '平台拒绝了凭证{{said}}。请用有效的凭证重新连接；在此之前，所有事项都在队列中等待。',
    forbidden: '凭证缺少权限 {{scope}}{{said}}。请在平台上授予该权限，然后恢复连接。',
    'rate-limited': '平台要求稍候{{said}}。中枢会按其要求等待，不会丢失任何事项。',
    unavailable: '平台未能正常应答{{said}}。中枢会自动重试，不会丢失任何事项。',
    malformed:
      '平台的应答无法读取{{said}}。中枢会重试；若一直如此，请在浏览器中打开该地址：可能是防火墙、维护页面或插件代为应答。',
    invalid: '平台不接受所发送的内容{{said}}。请更正所指的值，或附上请求编号向平台反馈。',
    'not-found': '平台上没有所请求的内容{{said}}。请重新导入刊登，查看哪些已不存在。',
    conflict: '平台显示的数量与预期不同{{said}}。中枢会重新读取订单并重新计算。',
    'cannot-open': '连接无法打开，因此既不读取也不写入{{said}}。中枢会自动重试。',
  },
  toldParked: {
    'unmapped-sku':
      '{{connection}} 上的 SKU {{sku}} 未关联商品，因此没有为它占用库存。请导入或关联该刊登，然后重放；订单的其他行已应用。',
    'unmapped-title':
      '{{connection}} 上的“{{title}}”未关联商品，因此没有为它占用库存。请导入或关联该刊登，然后重放；订单的其他行已应用。',
    'empty-kit-sku':
      '{{connection}} 上的 SKU {{sku}} 销售的虚拟套装没有组成，因此没有为它占用库存。请设置套装的组成，然后重放；订单的其他行已应用。',
    'empty-kit-title':
      '{{connection}} 上的“{{title}}”销售的虚拟套装没有组成，因此没有为它占用库存。请设置套装的组成，然后重放；订单的其他行已应用。',
    unreadable: '事件无法读取{{said}}。原始内容已保留：待平台或中枢更正后重放。',
    invalid: '平台不允许查询该事件{{said}}。请更正所指的内容，然后重放。',
    'cannot-apply': '事件无法应用{{said}}。解决后请重放。',
  },
}
