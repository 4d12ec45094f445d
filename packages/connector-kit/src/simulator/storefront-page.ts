import type { ShopProduct } from './control.ts'

export type StorefrontView = {
  language: Language
  name: string
  colour: string
  /** ISO 4217. */
  currency: string
  search: string
  total: number
  products: ShopProduct[]
  orders: { externalId: string; lines: { sku: string; quantity: number }[] }[]
  ordersPlaced: number
  unitsSold: number
  refusedUnits: number
}

type Language = 'en' | 'zh'

/** The whole page: no file, font or script from elsewhere. */
export function renderStorefront(view: StorefrontView): string {
  const words = dictionary[view.language]
  const accent = /^#[0-9a-f]{3,8}$/i.test(view.colour) ? view.colour : '#0b5fff'
  return `<!doctype html>
<html lang="${view.language === 'zh' ? 'zh-Hans' : 'en'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(view.name)}</title>
<style>:root { --accent: ${accent}; --on-accent: ${textOn(accent)} }${style}</style>
</head>
<body>
<p class="notice">${words.notice}</p>
<header>
  <h1><span class="mark" aria-hidden="true"></span>${escape(view.name)}</h1>
  <form role="search">
    <input type="hidden" name="lang" value="${view.language}">
    <input type="search" name="q" value="${escape(view.search)}" placeholder="${words.search}" aria-label="${words.search}">
  </form>
  <nav><a href="?lang=${words.otherLanguage}&amp;q=${encodeURIComponent(view.search)}" lang="${words.otherLanguage}">${words.otherName}</a></nav>
</header>
<main>
  <p id="status" role="status" aria-live="polite"></p>
  <p id="count" class="quiet"></p>
  <ul id="products">${view.products.map((product) => renderCard(product, view)).join('')}</ul>
  <section aria-labelledby="orders-title">
    <h2 id="orders-title">${words.orders}</h2>
    <p id="totals" class="quiet"></p>
    <ol id="orders"></ol>
  </section>
</main>
<script>const view = ${inScript({ ...view, words, locale: view.language === 'zh' ? 'zh-CN' : 'en' })};${script}</script>
</body>
</html>`
}

function renderCard(
  { sku, title, price, quantity }: ShopProduct,
  { language, currency }: StorefrontView,
): string {
  const words = dictionary[language]
  const isOut = quantity !== null && quantity <= 0
  return `<li data-sku="${escape(sku)}">
  <span class="picture" aria-hidden="true" style="--hue: ${hueOf(sku)}">${escape([...title][0]?.toUpperCase() ?? '')}</span>
  <span class="title">${escape(title)}</span>
  <span class="sku quiet">${escape(sku)}</span>
  <span class="row"><b>${escape(formatPrice(price, currency, language))}</b><span class="stock${isOut ? ' out' : ''}">${escape(stockText(quantity, words))}</span></span>
  <button type="button"${isOut ? ' disabled' : ''} aria-label="${escape(`${words.buy}: ${title}`)}">${words.buy}</button>
</li>`
}

function formatPrice(price: number, currency: string, language: Language): string {
  return new Intl.NumberFormat(language === 'zh' ? 'zh-CN' : 'en', { style: 'currency', currency }).format(
    price,
  )
}

function stockText(quantity: number | null, words: Words): string {
  if (quantity === null) return words.uncounted
  return quantity <= 0 ? words.soldOut : words.left.replace('{n}', String(quantity))
}

/** A stable hue for a product without a picture. */
function hueOf(sku: string): number {
  let hue = 0
  for (const character of sku) hue = (hue * 31 + (character.codePointAt(0) ?? 0)) % 360
  return hue
}

/** Black or white, whichever reads better on the accent (relative luminance as in WCAG 2.2). */
function textOn(colour: string): string {
  const hex = colour.slice(1)
  const short = hex.length < 6
  const [red = 0, green = 0, blue = 0] = [0, 1, 2].map((index) => {
    const pair = short ? (hex[index] ?? '0').repeat(2) : hex.slice(index * 2, index * 2 + 2)
    const share = Number.parseInt(pair, 16) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? '#000' : '#fff'
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character)
}

/** JSON that cannot end the script element it stands in. */
function inScript(value: unknown): string {
  return JSON.stringify(value)
    .replace(/</g, '\\u003c')
    .replace(/\u2028/g, '\\u2028')
    .replace(/\u2029/g, '\\u2029')
}

type Words = (typeof dictionary)['en']

const dictionary = {
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

const style = `
:root { color-scheme: light dark; --ink: light-dark(#16181d, #eceef2); --quiet: light-dark(#5a6070, #a3a9b8);
  --paper: light-dark(#f6f7f9, #121419); --card: light-dark(#fff, #1b1e25); --line: light-dark(#e0e3e9, #2c313b);
  --out: light-dark(#b3261e, #ff8a80) }
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei", sans-serif }
.notice { margin: 0; padding: 6px 16px; background: var(--accent); color: var(--on-accent); text-align: center; font-size: 13px }
header, main { max-width: 1200px; margin: 0 auto; padding: 16px }
header { display: flex; flex-wrap: wrap; gap: 12px 20px; align-items: center }
h1 { margin: 0; font-size: 22px; display: flex; gap: 10px; align-items: center }
.mark { width: 22px; height: 22px; border-radius: 7px; background: var(--accent) }
form { flex: 1 1 220px }
input[type=search] { width: 100%; padding: 10px 14px; border: 1px solid var(--line); border-radius: 10px;
  background: var(--card); color: inherit; font: inherit }
a { color: inherit }
.quiet { color: var(--quiet); font-size: 13px }
#status { min-height: 24px; margin: 0; font-weight: 600 }
#products { list-style: none; margin: 12px 0 28px; padding: 0; display: grid; gap: 14px;
  grid-template-columns: repeat(auto-fill, minmax(170px, 1fr)) }
#products li { display: flex; flex-direction: column; gap: 4px; padding: 12px; background: var(--card);
  border: 1px solid var(--line); border-radius: 14px }
.picture { height: 84px; border-radius: 10px; display: grid; place-items: center; font-size: 34px; font-weight: 700;
  background: light-dark(hsl(var(--hue) 70% 90%), hsl(var(--hue) 30% 24%));
  color: light-dark(hsl(var(--hue) 60% 32%), hsl(var(--hue) 70% 80%)) }
.title { font-weight: 600; overflow-wrap: anywhere }
.sku { overflow-wrap: anywhere }
.row { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 4px; margin-top: auto }
.stock { font-variant-numeric: tabular-nums }
.stock.out { color: var(--out) }
.stock.changed { font-weight: 700 }
button { padding: 9px; border: 0; border-radius: 10px; background: var(--accent); color: var(--on-accent);
  font: inherit; font-weight: 600; cursor: pointer }
button:disabled { background: var(--line); color: var(--quiet); cursor: not-allowed }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
h2 { font-size: 17px; margin: 0 }
#orders { padding-left: 20px }
`

// Plain script for browsers: no TypeScript reaches it. Text goes in through textContent only.
const script = `
const byId = (id) => document.getElementById(id)
const fill = (text, values) => text.replace(/\\{(\\w+)\\}/g, (_, name) => values[name])
const stockText = (n) => n === null ? view.words.uncounted : n <= 0 ? view.words.soldOut : fill(view.words.left, { n })
const cards = byId('products')
function show(stock) {
  const known = new Map(stock.products.map((product) => [product.sku, product]))
  const shownSkus = [...cards.children].map((card) => card.dataset.sku)
  if (shownSkus.length !== stock.products.length || shownSkus.some((sku) => !known.has(sku))) return location.reload()
  for (const card of cards.children) {
    const { quantity } = known.get(card.dataset.sku)
    const label = card.querySelector('.stock')
    const text = stockText(quantity)
    label.classList.toggle('changed', label.textContent !== text)
    label.textContent = text
    const isOut = quantity !== null && quantity <= 0
    label.classList.toggle('out', isOut)
    card.querySelector('button').disabled = isOut
  }
  byId('count').textContent = stock.total === 0 ? view.words.nothing
    : fill(view.words.shown, { shown: stock.products.length, total: stock.total })
  byId('totals').textContent = fill(view.words.totals,
    { orders: stock.ordersPlaced, units: stock.unitsSold, refused: stock.refusedUnits })
  byId('orders').replaceChildren(...(stock.orders.length === 0 ? [item(view.words.none)]
    : stock.orders.map((order) => item(order.externalId + ': ' +
        order.lines.map((line) => line.quantity + ' × ' + line.sku).join(', ')))))
}
function item(text) {
  const li = document.createElement('li')
  li.textContent = text
  return li
}
async function refresh() {
  const response = await fetch('/shop/stock.json?q=' + encodeURIComponent(view.search))
  if (response.ok) show(await response.json())
}
cards.addEventListener('click', async (event) => {
  const card = event.target.closest('button') && event.target.closest('li')
  if (!card) return
  const sku = card.dataset.sku
  const what = card.querySelector('.title').textContent
  try {
    const response = await fetch('/shop/buy', { method: 'POST', headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ lines: [{ sku, quantity: 1 }] }) })
    const answer = await response.json()
    byId('status').textContent = response.ok ? fill(view.words.bought, { what, id: answer.externalId })
      : response.status === 409 ? fill(view.words.refused, { what }) : view.words.failed
    await refresh()
  } catch {
    byId('status').textContent = view.words.failed
  }
})
show(view)
setInterval(() => { if (!document.hidden) refresh().catch(() => { byId('status').textContent = view.words.failed }) }, 1000)
`
