/**
 * The storefront's script, as the browser gets it: stock numbers every second, and the buy buttons.
 * Text goes in through textContent only. It reads `view`, which the page defines before it.
 */
export const script = `
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
