import type { ShownScreen } from './shown-screen.ts'

/** What people look at every day: how things stand, orders, items, the floor of a warehouse. */
export const dailyScreens: readonly ShownScreen[] = [
  {
    name: 'overview',
    route: '/',
    en: [
      'Overview',
      'Is everything in step, and what needs you: each connection with its freshness, what waits for a decision, and how sales and writes went.',
    ],
    zh: [
      '总览',
      '一切是否同步、哪些事需要您处理：每个连接的数据有多新、哪些事等待决定，以及销售和写入的走势。',
    ],
  },
  {
    name: 'palette',
    route: '/',
    press: ['nav.goToAnything'],
    en: ['Go to anything', 'Ctrl K or ⌘ K finds screens, items, orders and connections by a few letters.'],
    zh: ['快速跳转', '按 Ctrl K 或 ⌘ K，输入几个字符即可找到页面、商品、订单和连接。'],
  },
  {
    name: 'flow',
    route: '/flow',
    opensByWidth: true,
    en: [
      'Flow map',
      'Channels, the ledger and warehouses on one map, with what moves between them and where it stands still.',
    ],
    zh: ['流向图', '一张图上的渠道、库存台账和仓库：它们之间流动着什么，又停在了哪里。'],
  },
  {
    name: 'alerts',
    route: '/alerts',
    en: [
      'Alerts',
      'What is not as it should be, most urgent first; acknowledge it, or let it sleep for a while.',
    ],
    zh: ['警报', '哪些情况不正常，最紧急的在前；可以确认，也可以暂时静音。'],
  },
  {
    name: 'alert-rule',
    route: '/alerts',
    path: '/alerts?view=rules',
    press: ['alerts.rule.add'],
    en: ['Alerts: a rule', 'What is watched, from when on it counts, and who is told in which hours.'],
    zh: ['警报：规则', '监视什么、何时算数、在哪些时段通知谁。'],
  },
  {
    name: 'alert-destinations',
    route: '/alerts',
    path: '/alerts?view=destinations',
    en: [
      'Alerts: whom they are told',
      'Mail addresses, chats and webhooks, each with what waits for it and a test.',
    ],
    zh: ['警报：通知对象', '邮箱、聊天工具和 Webhook，各自有多少待发，并可发送测试。'],
  },
  {
    name: 'tasks',
    route: '/tasks',
    en: [
      'Tasks',
      'What only a person can decide, with the facts to decide by; each task ends by itself once its cause is gone.',
    ],
    zh: ['任务', '只有人才能决定的事，附上决定所需的事实；原因消失后任务自动结束。'],
  },
  {
    name: 'orders',
    route: '/orders',
    en: [
      'Orders',
      'Orders of all channels, newest first, and where each stands: waiting, at a warehouse, sent, late, held.',
    ],
    zh: ['订单', '所有渠道的订单，最新的在前，以及各自的状态：等待、在仓库、已发货、已延误、已暂停。'],
  },
  {
    name: 'order',
    route: '/orders/$order',
    path: '/orders/{order}',
    en: [
      'An order',
      'Its lines, what is reserved where, its shipments and parcels, and all that happened to it, every call included.',
    ],
    zh: ['订单详情', '订单行、在哪里占用了什么、发货单和包裹，以及发生过的一切，包括每次调用。'],
  },
  {
    name: 'cancel-order',
    route: '/orders/$order',
    path: '/orders/{open-order}',
    press: ['orders.cancelOrder.action'],
    en: [
      'An order: cancelling it',
      'What becomes of its stock, its warehouse and its channel is said before anything is done.',
    ],
    zh: ['订单详情：取消', '执行之前先说明库存、仓库和渠道各会如何。'],
  },
  {
    name: 'new-order',
    route: '/orders/new',
    en: [
      'New order',
      'An order that no channel knows of, by hand or by scanner: for a business customer, as a sample, at the till.',
    ],
    zh: ['新建订单', '任何渠道都不知道的订单，手工录入或扫码：企业客户、样品、门店收银。'],
  },
  {
    name: 'packing',
    route: '/packing',
    en: ['Packing', 'What your own people have still to send, the oldest first.'],
    zh: ['打包', '自有仓库还需发出的货，最早的在前。'],
  },
  {
    name: 'packing-table',
    route: '/packing/$shipment',
    path: '/packing/{shipment}',
    en: [
      'Packing table',
      'One shipment, scanned into its parcel unit by unit; what does not belong is refused.',
    ],
    zh: ['打包台', '一张发货单，逐件扫入包裹；不属于它的货会被拒绝。'],
  },
  {
    name: 'items',
    route: '/items',
    en: [
      'Items',
      'Every item with its load line, its balances, and what each channel shows; 100,000 of them scroll.',
    ],
    zh: ['商品', '每个商品的载重线、库存，以及各渠道所显示的数量；十万个商品也能流畅滚动。'],
  },
  {
    name: 'import-items',
    route: '/import-items',
    en: [
      'Items: from a spreadsheet',
      'A CSV or Excel file of items and the stock that you begin with: what it would do is shown first, with each wrong row, then it is written.',
    ],
    zh: [
      '商品：从表格导入',
      '用 CSV 或 Excel 文件导入商品及其期初库存：先显示它将做什么以及每一个错误的行，然后才写入。',
    ],
  },
  {
    name: 'save-view',
    route: '/items',
    path: '/items?q=mug',
    press: ['views.menu', 'views.save'],
    en: ['Items: saving a view', 'A search and a filter under a name, for yourself or for everybody.'],
    zh: ['商品：保存视图', '给搜索和筛选条件起个名字，自己用或大家共用。'],
  },
  {
    name: 'item',
    route: '/items/$sku',
    path: '/items/{item}',
    en: [
      'An item',
      'Why each number is what it is: as a ship, as a calculation down to the movements, and what each listing shows.',
    ],
    zh: ['商品详情', '每个数字的由来：画成一艘船、逐步算到每一笔变动，以及每条刊登显示多少。'],
  },
  {
    name: 'kit',
    route: '/items/$sku',
    path: '/items/SET-GIFT',
    en: ['An item: a kit', 'How many can be put together from its parts, and which part is the shortest.'],
    zh: ['商品详情：套装', '用现有组件可以凑成多少套，哪个组件最紧缺。'],
  },
  {
    name: 'lot',
    route: '/items/$sku/lots/$lot',
    path: '/items/TEA-OOLONG/lots/OL-2609',
    en: ['A lot', 'Where a lot lies and to whom it went, for a recall; quarantine it or call it back here.'],
    zh: ['批次', '一个批次在哪里、发给了谁，便于召回；可在此隔离或召回。'],
  },
  {
    name: 'serials',
    route: '/serials',
    en: [
      'Serial numbers',
      'Units that are tracked one by one: find one by how its number begins, or by the camera.',
    ],
    zh: ['序列号', '逐件追踪的商品：按序列号开头查找，或用摄像头扫描。'],
  },
  {
    name: 'serial',
    route: '/serials/$serial',
    path: '/serials/SN-2026-0003',
    en: ['A serial number', 'The whole life of a unit: received, moved, sold, returned.'],
    zh: ['序列号详情', '一件商品的一生：收货、移动、售出、退回。'],
  },
  {
    name: 'replenishment',
    route: '/replenishment',
    en: [
      'Replenishment',
      'How long stock lasts, and what is to be sent or bought by when; accepted, it becomes a document.',
    ],
    zh: ['补货', '库存还能卖多久、何时之前该调拨或采购多少；采纳后即生成单据。'],
  },
  {
    name: 'replenishment-why',
    route: '/replenishment',
    path: '/replenishment?q=LAMP-WALNUT',
    open: 'main table tbody button[aria-expanded]',
    en: [
      'Replenishment: why this number',
      'Demand day by day, levels and lead time: every figure that led to a suggestion.',
    ],
    zh: ['补货：为什么是这个数', '逐日需求、各水位和交期：得出建议的每一个数字。'],
  },
  {
    name: 'deliveries',
    route: '/deliveries',
    en: [
      'Deliveries',
      'What suppliers are to bring and what has come; announce a delivery and receive it by scanner.',
    ],
    zh: ['到货', '供应商将送来什么、已到什么；可预告到货并扫码收货。'],
  },
  {
    name: 'delivery',
    route: '/deliveries/$inbound',
    path: '/deliveries/{inbound}',
    en: ['A delivery', 'Announced, received and damaged units of each line, in as many parts as it takes.'],
    zh: ['到货详情', '每行预告、已收和损坏的数量，可分多次收货。'],
  },
  {
    name: 'returns',
    route: '/returns',
    en: ['Returns', 'What customers send back; nothing may be sold again before somebody has looked at it.'],
    zh: ['退货', '客户退回的货；检验之前不会重新销售。'],
  },
  {
    name: 'return',
    route: '/returns/$return',
    path: '/returns/{return}',
    en: [
      'A return',
      'Inspected unit by unit: good, damaged, or disposed of. Where it comes to a warehouse: what the warehouse knows of it, and what it found.',
    ],
    zh: ['退货详情', '逐件检验：完好、损坏或报废。若退回仓库：显示仓库是否已知悉，以及仓库的检验结果。'],
  },
  {
    name: 'pick-list',
    route: '/pick-list',
    path: '/pick-list?location={pick-at}',
    en: [
      'Pick list',
      'What is to be taken from which bin for all open shipments of a location, on the screen or on paper.',
    ],
    zh: ['拣货单', '一个地点全部待发货单需从哪个货位取什么，可在屏幕上看，也可打印。'],
  },
  {
    name: 'counts',
    route: '/counts',
    en: ['Stock counts', 'Sheets of what is to be counted; sales go on meanwhile.'],
    zh: ['盘点', '盘点单列表；盘点期间销售照常进行。'],
  },
  {
    name: 'count',
    route: '/counts/$count',
    path: '/counts/{count}',
    en: [
      'A stock count',
      'Counted by scanner, approved by a second person, and written into the ledger true for the moment of counting.',
    ],
    zh: ['盘点单', '扫码盘点、由他人批准，并按盘点时刻写入库存台账。'],
  },
]
