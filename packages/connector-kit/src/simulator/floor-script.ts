/**
 * The script of a simulated warehouse's page, as the browser gets it: requests and stock every second, and the buttons.
 * Text goes in through textContent only. It reads `view`, `words` and `place`, which the page defines before it.
 */
export const floorScript = `
const byId = (id) => document.getElementById(id)
const fill = (text, values) => text.replace(/\\{(\\w+)\\}/g, (_, name) => values[name])
const stepsOf = { received: ['accept', 'ship', 'hold', 'cancel'], working: ['pick', 'ship', 'hold', 'cancel'], held: ['release', 'cancel'] }
const make = (name, text) => { const one = document.createElement(name); one.textContent = text; return one }
function buttonOf(label, about, data) {
  const button = make('button', label)
  button.type = 'button'
  button.ariaLabel = label + ' ' + about
  Object.assign(button.dataset, data)
  return button
}
const conditionOf = (condition) => words.conditions[condition === 'sellable' ? 'good' : condition]
function returnOf(back) {
  const li = document.createElement('li')
  li.append(make('b', back.reference), make('span', words.returnStates[back.state]))
  if (back.state === 'announced') li.append(buttonOf(words.arrive, back.reference, { id: back.id, step: 'arrive' }))
  for (const line of back.lines) {
    li.append(make('span', line.quantity + ' × ' + line.sku + ': ' + conditionOf(line.condition)))
    if (back.state === 'arrived' && line.condition === 'waiting')
      for (const condition of ['sellable', 'damaged', 'disposed'])
        li.append(buttonOf(conditionOf(condition), line.sku, { id: back.id, step: 'inspect', line: line.line, condition }))
  }
  return li
}
function rowOf(request) {
  const li = document.createElement('li')
  li.append(make('b', request.number), make('span', words.states[request.state] + (request.problem ? ': ' + request.problem : '')),
    make('span', request.lines.map((line) => line.shipped + '/' + line.quantity + ' × ' + line.sku).join(', ')))
  for (const step of stepsOf[request.state] ?? []) {
    li.append(buttonOf(words.steps[step], request.number, { id: request.id, step }))
  }
  return li
}
function show(next) {
  const text = JSON.stringify(next)
  if (text === show.last) return
  show.last = text
  byId('totals').textContent = fill(words.totals, { orders: next.ordersShipped, twice: next.shippedTwice })
  byId('requests').replaceChildren(...(next.requests.length === 0 ? [make('li', words.none)] : next.requests.map(rowOf)))
  byId('returns').replaceChildren(...(next.returns.length === 0 ? [make('li', words.noReturns)] : next.returns.map(returnOf)))
  const names = new Map(next.facilities.map((facility) => [facility.id, facility.name]))
  byId('stock').replaceChildren(...next.counts.map((row) => {
    const tr = document.createElement('tr')
    tr.append(...[row.sku, names.get(row.facilityId), row.onHand, row.committed, row.damaged, row.incoming].map((cell) => make('td', cell)))
    return tr
  }))
}
async function refresh() {
  const response = await fetch(place + '/floor.json')
  if (response.ok) show(await response.json())
}
for (const list of ['requests', 'returns']) byId(list).addEventListener('click', async (event) => {
  const button = event.target.closest('button')
  if (!button) return
  const { id, step, line, condition } = button.dataset
  const body = condition && { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ lineId: Number(line), condition }) }
  try {
    const response = await fetch('/_control/warehouse/' + list + '/' + id + '/' + step, { method: 'POST', ...body })
    byId('status').textContent = response.ok ? '' : fill(words.failed, { why: (await response.json()).detail })
    await refresh()
  } catch (error) {
    byId('status').textContent = fill(words.failed, { why: String(error) })
  }
})
show(view)
setInterval(() => { if (!document.hidden) refresh().catch((error) => { byId('status').textContent = fill(words.failed, { why: String(error) }) }) }, 1000)
`
