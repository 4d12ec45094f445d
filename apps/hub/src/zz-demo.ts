import { mkdtemp } from 'node:fs/promises'
import { loadSimulator } from '@plimsoll/connectors'
import { readConfiguration } from './configuration.ts'
import { startHub } from './hub.ts'
import { ensureLocation, importItems } from './items-import.ts'
const folder = await mkdtemp('/tmp/map-demo-')
const { chmod } = await import('node:fs/promises')
await chmod(folder, 0o711)
const hub = await startHub(readConfiguration({ data: folder, port: 4765, role: 'api,worker', log: 'warn' } as never), { keep: 'stop-with-process' } as never)
await ensureLocation(hub.context, { code: 'MAIN', name: 'Main warehouse', kind: 'warehouse' })
const names = ['Enamel mug red', 'Enamel mug blue', 'Wool blanket grey', 'Brass lamp', 'Oak tray large', 'Linen apron', 'Insulated bottle 500 ml', '西湖龙井 绿茶 散装 250克', '景德镇 青花瓷 茶杯', 'Folding chair']
await importItems(hub.context, { name: 'x', items: names.map((name, n) => ({ sku: `PL-${100 + n}`, name, location: 'MAIN', quantity: n === 3 ? 0 : 20 + n })) })
const start = await loadSimulator('woocommerce')
const sim = await start!()
const products = [
  ['pl_100', 'Mug, enamel, red', 3], ['PL-101-AMZ', 'Blue mug of enamel', 4], ['6PK-PL-102', 'Wool blanket, grey, pack of 6', 1], ['X1', 'Lamp brass vintage (free shipping)', 5],
  ['X2', 'Large oak tray for breakfast', 2], ['X3', '【现货】西湖龙井绿茶散装 250克 包邮', 7], ['X4', '青花瓷茶杯 景德镇 手工', 1], ['X5', 'Something nobody knows', 2], ['X6', 'Breakfast set: mug and tray', 2], ['PL-109', 'Folding chair', 9],
  ...Array.from({ length: 60 }, (_, n) => [`PL-${100 + (n % 10)}-EU${n}`, `${names[n % 10]} EU ${n}`, n % 6]),
] as [string, string, number][]
const { request } = await import('undici')
await (await request(`${sim.url}/_control/products`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(products.map(([sku, title, quantity]) => ({ sku, title, quantity, price: 9 }))) })).body.dump()
const call = async (method: string, path: string, body?: unknown) => {
  const a = await request(`http://127.0.0.1:4765/api/v1${path}`, { method: method as never, headers: { 'content-type': 'application/json' }, ...(body !== undefined && { body: JSON.stringify(body) }) })
  const t = await a.body.text(); console.log(method, path, a.statusCode, t.slice(0, 300)); return JSON.parse(t)
}
const made = await call('POST', '/connections', { connector: 'woocommerce', name: 'North shop', location: 'MAIN', settings: sim.settings, credentials: sim.credentials })
await call('POST', `/connections/${made.connectionId}/import`, {})
await new Promise((r) => setTimeout(r, 12_000))
await call('GET', '/mapping')
const list = await call('GET', '/mapping/listings?search=6PK')
await call('POST', '/mapping/preview', { confidence: 'likely' })
await call('PUT', `/connections/${made.connectionId}/mapping-rules`, { basedOn: 0, rules: [{ name: 'Packs', how: 'automatic', expression: '$match(sku, /^(\\d+)PK-(.*)$/).{"sku": groups[1], "units": $number(groups[0])}' }, { name: 'European suffix', how: 'suggest', expression: '$replace(sku, /-EU\\d+$/, "")' }] })
await call('POST', '/mapping/ignore', { listings: [(await call('GET', '/mapping/listings?search=nobody')).rows[0].listingId], reason: 'sold by a partner' })
const tray = (await call('GET', '/mapping/listings?search=oak%20tray%20for')).rows[0]
await call('POST', '/mapping/accept', { listings: [{ listingId: tray.listingId, sku: 'PL-104', unitsPerListing: 2 }] })
console.log('READY', made.connectionId)
