import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { launchBrowser } from './browser.ts'
import { newContext, settled, visit } from './screens.ts'

/**
 * The pictures of the documentation, made anew. `npm run demo -- --warehouses shipbob,edi`, a few minutes of sales, then
 * `npm run screenshots -- http://127.0.0.1:7460`. Those of the first day and of mapping want a hub that has just been
 * started (`npm run plimsoll -- serve`) and a shop (`npm run plimsoll -- simulate woocommerce`): their addresses come second
 * and third. Without them these pictures stay as they are.
 */
const [demo, fresh, shop] = process.argv.slice(2)
const FOLDER = path.join(import.meta.dirname, '..', '..', '..', 'docs', 'images')
const HEIGHT_PX = 860
const QUALITY = 72

type Picture = {
  name: string
  language: 'en' | 'zh'
  hub: 'demo' | 'fresh'
  at: (api: Api) => Promise<string>
}
type Api = <Answer>(route: string) => Promise<Answer>

const plain = (address: string) => async () => address
const pictures: Picture[] = [
  ...(['en', 'zh'] as const).flatMap((language): Picture[] => [
    { name: 'overview', language, hub: 'demo', at: plain('/') },
    { name: 'items', language, hub: 'demo', at: plain('/items') },
    { name: 'mapping', language, hub: 'fresh', at: plain('/mapping') },
  ]),
  { name: 'item', language: 'en', hub: 'demo', at: itemOfSeveral },
  { name: 'flow', language: 'en', hub: 'demo', at: plain('/flow') },
  { name: 'first-day', language: 'en', hub: 'fresh', at: plain('/') },
  { name: 'connection', language: 'en', hub: 'demo', at: channel },
  { name: 'order', language: 'en', hub: 'demo', at: orderUnderWay },
]

/** The item that most is reserved of: its drawing and its explanation have the most to say. */
async function itemOfSeveral(api: Api): Promise<string> {
  const { rows } = await api<{ rows: { sku: string; reserved: number; available: number }[] }>(
    '/items?limit=200',
  )
  const inStock = rows.filter(({ available }) => available > 40)
  const best = inStock.sort((a, b) => b.reserved - a.reserved)[0] ?? rows[0]
  if (best === undefined) throw new Error('The demo has no items yet.')
  return `/items/${encodeURIComponent(best.sku)}`
}

async function channel(api: Api): Promise<string> {
  const { rows } = await api<{ rows: { connectionId: string; kind: string }[] }>('/connections')
  const found = rows.find(({ kind }) => kind === 'channel') ?? rows[0]
  if (found === undefined) throw new Error('The demo has no connections yet.')
  return `/connections/${found.connectionId}`
}

/** The newest order that is in shipments, rather one that has left. */
async function orderUnderWay(api: Api): Promise<string> {
  const { rows } = await api<{ rows: { orderId: string; shipments: { state: string }[] }[] }>(
    '/orders?limit=200',
  )
  const sent = rows.filter(({ shipments }) => shipments.length > 0)
  const best = sent.find(({ shipments }) => shipments.some(({ state }) => state === 'shipped')) ?? sent[0]
  if (best === undefined)
    throw new Error('No order of the demo is in a shipment yet: let it sell for a minute.')
  return `/orders/${best.orderId}`
}

/** A first shop on a fresh hub, connected and imported, with items that some of its listings are like. */
async function prepare(base: string, shopUrl: string): Promise<void> {
  const ask = async <Answer>(method: string, route: string, body?: object): Promise<Answer> => {
    const answer = await fetch(`${base}/api/v1${route}`, {
      method,
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    })
    if (!answer.ok) throw new Error(`${method} ${route}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as Answer
  }
  const { rows } = await ask<{ rows: unknown[] }>('GET', '/connections')
  if (rows.length > 0) return
  await ask('POST', '/locations', { code: 'MAIN', name: 'Main warehouse', kind: 'warehouse' })
  const made = await ask<{ connectionId: string }>('POST', '/connections', {
    connector: 'woocommerce',
    name: 'Harbour shop',
    location: 'MAIN',
    settings: { url: shopUrl },
    credentials: {
      consumerKey: 'ck_plimsollsimulator',
      consumerSecret: 'cs_plimsollsimulator',
      webhookSecret: 'plimsollsimulator00',
    },
  })
  await ask('POST', `/connections/${made.connectionId}/import`)
  const waiting = await ask<{ rows: { sku: string; title: string }[] }>(
    'GET',
    '/mapping/listings?state=waiting&limit=50',
  )
  // A third differs by a dash, a third is like by its title alone, and a third is like none.
  const items = waiting.rows.flatMap(({ sku, title }, nth) => {
    if (nth % 3 === 0) return [{ sku: `${sku.slice(0, 3)}-${sku.slice(3)}`, name: title, quantity: 12 + nth }]
    return nth % 3 === 1 ? [{ sku: `HB-${100 + nth}`, name: `${title}, boxed`, quantity: 20 + nth }] : []
  })
  await ask('POST', '/items', { name: 'screenshots', items })
  await ask('POST', '/mapping/look')
}

/** WebP, which Chromium writes when asked directly: a fifth of a PNG. */
async function photograph(page: Page, file: string): Promise<number> {
  const session = await page.context().newCDPSession(page)
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: QUALITY })
  const bytes = Buffer.from(data, 'base64')
  await writeFile(file, bytes)
  return bytes.length
}

async function open(context: BrowserContext, address: string): Promise<Page> {
  const page = await context.newPage()
  await page.setViewportSize({ width: 1360, height: HEIGHT_PX })
  await visit(page, address)
  await settled(page)
  return page
}

if (demo === undefined) throw new Error('Name the demo: npm run screenshots -- http://127.0.0.1:7460')
const browser = await launchBrowser()
if (browser === undefined) process.exit(1)
await mkdir(FOLDER, { recursive: true })
if (fresh !== undefined && shop !== undefined) await prepare(fresh, shop)
let total = 0
for (const { name, language, hub, at } of pictures) {
  const base = hub === 'demo' ? demo : fresh
  if (base === undefined) continue
  const context = await newContext(browser, { language, theme: 'light', width: 1360 })
  const address = await at(async (route) => (await fetch(`${base}/api/v1${route}`)).json())
  const page = await open(context, `${base}${address}`)
  // Figures and drawings come to rest.
  await page.waitForTimeout(1_500)
  const bytes = await photograph(page, path.join(FOLDER, `${name}${language === 'zh' ? '.zh' : ''}.webp`))
  total += bytes
  console.info(`${name} (${language}): ${Math.round(bytes / 1024)} KiB`)
  await context.close()
}
await browser.close()
console.info(`${Math.round(total / 1024)} KiB in all, in docs/images`)
