export type Language = 'en' | 'zh'
export type Words = (typeof dictionary)['en']

/** What the storefront says. */
export const dictionary = {
  en: {
    notice: 'This is a simulated shop. Nothing here is real, nothing is paid, nothing is delivered.',
    search: 'Search title or SKU',
    buy: 'Buy one',
    left: '{n} left',
    soldOut: 'Sold out',
    uncounted: 'Available',
    bought: 'Bought: {what}. Order {id}.',
    refused: 'Sold out a moment ago: {what}.',
    failed: 'The shop did not answer. Try again.',
    shown: '{shown} of {total} products',
    nothing: 'No product matches.',
    orders: 'Last orders',
    none: 'No order yet.',
    totals: '{orders} orders, {units} units sold, {refused} units refused',
    otherLanguage: 'zh',
    otherName: '中文',
  },
  zh: {
    notice: '这是一个模拟店铺：商品、付款和发货均非真实。',
    search: '按名称或 SKU 搜索',
    buy: '购买一件',
    left: '剩余 {n} 件',
    soldOut: '已售罄',
    uncounted: '有货',
    bought: '已购买：{what}，订单 {id}。',
    refused: '刚刚售罄：{what}。',
    failed: '店铺没有响应，请重试。',
    shown: '显示 {shown} / {total} 个商品',
    nothing: '没有符合条件的商品。',
    orders: '最近订单',
    none: '暂无订单。',
    totals: '订单 {orders} 笔，售出 {units} 件，缺货拒单 {refused} 件',
    otherLanguage: 'en',
    otherName: 'English',
  },
}
