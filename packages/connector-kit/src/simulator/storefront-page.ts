import type { ShopProduct } from './control.ts'
import { script } from './storefront-script.ts'
import { style } from './storefront-style.ts'
import { dictionary, type Language, type Words } from './storefront-words.ts'

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

/** The whole page: no file, font or script from elsewhere. */
export function renderStorefront(view: StorefrontView): string {
  const words = dictionary[view.language]
  const accent = /^#[0-9a-f]{3,8}$/i.test(view.colour) ? view.colour : '#0b5fff'
  return `<!doctype html>
<html lang="${view.language === 'zh' ? 'zh-Hans' : 'en'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${toHtml(view.name)}</title>
<style>:root { --accent: ${accent}; --on-accent: ${textOn(accent)} }${style}</style>
</head>
<body>
<p class="notice">${words.notice}</p>
<header>
  <h1><span class="mark" aria-hidden="true"></span>${toHtml(view.name)}</h1>
  <form role="search">
    <input type="hidden" name="lang" value="${view.language}">
    <input type="search" name="q" value="${toHtml(view.search)}" placeholder="${words.search}" aria-label="${words.search}">
  </form>
  <nav><a href="?lang=${words.otherLanguage}&amp;q=${encodeURIComponent(view.search)}" lang="${words.otherLanguage}">${words.otherName}</a></nav>
</header>
<main>
  <p id="status" role="status" aria-live="polite"></p>
  <div>
  <p id="count" class="quiet"></p>
  <ul id="products">${view.products.map((product) => renderCard(product, view)).join('')}</ul>
  </div>
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
  return `<li data-sku="${toHtml(sku)}">
  <span class="picture" aria-hidden="true" style="--hue: ${hueOf(sku)}">${toHtml([...title][0]?.toUpperCase() ?? '')}</span>
  <span class="title">${toHtml(title)}</span>
  <span class="sku quiet">${toHtml(sku)}</span>
  <span class="row"><b>${toHtml(formatPrice(price, currency, language))}</b><span class="stock${isOut ? ' out' : ''}">${toHtml(stockText(quantity, words))}</span></span>
  <button type="button"${isOut ? ' disabled' : ''} aria-label="${toHtml(`${words.buy}: ${title}`)}">${words.buy}</button>
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
  for (const character of sku) hue = (hue * 31 + (character.codePointAt(0) ?? 0)) % 9_973
  // The golden angle: neighbouring SKUs get hues far apart.
  return Math.round(hue * 137.5) % 360
}

/** Black or white, whichever reads better on the accent (relative luminance as in WCAG 2.2). */
export function textOn(colour: string): string {
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

export function toHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character)
}

/** JSON that cannot end the script element it stands in. */
export function inScript(value: unknown): string {
  return JSON.stringify(value)
    .replace(/</g, '\\u003c')
    .replace(/\u2028/g, '\\u2028')
    .replace(/\u2029/g, '\\u2029')
}
