import path from 'node:path'
import type { Browser } from 'playwright-core'
import { newContext, settled, visit } from '../screens.ts'
import { photograph } from './camera.ts'
import { itemOfSeveral, type OrderRow, orderUnderWay } from './places.ts'

/** The pictures that the README and the guides show, in light and at one width: `docs/images`. */

const FOLDER = path.join(import.meta.dirname, '..', '..', '..', '..', 'docs', 'images')
const WIDTH = 1360
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
  { name: 'item', language: 'en', hub: 'demo', at: itemAddress },
  { name: 'flow', language: 'en', hub: 'demo', at: plain('/flow') },
  { name: 'first-day', language: 'en', hub: 'fresh', at: plain('/') },
  { name: 'connection', language: 'en', hub: 'demo', at: channel },
  { name: 'order', language: 'en', hub: 'demo', at: orderAddress },
]

async function itemAddress(api: Api): Promise<string> {
  const { rows } = await api<{ rows: Parameters<typeof itemOfSeveral>[0] }>('/items?limit=200')
  return `/items/${encodeURIComponent(itemOfSeveral(rows).sku)}`
}

async function channel(api: Api): Promise<string> {
  const { rows } = await api<{ rows: { connectionId: string; kind: string }[] }>('/connections')
  const found = rows.find(({ kind }) => kind === 'channel') ?? rows[0]
  if (found === undefined) throw new Error('The demo has no connections yet.')
  return `/connections/${found.connectionId}`
}

async function orderAddress(api: Api): Promise<string> {
  const { rows } = await api<{ rows: OrderRow[] }>('/orders?limit=200')
  return `/orders/${orderUnderWay(rows).orderId}`
}

/** @param fresh a hub with a first shop (`prepareFreshHub`); without it the pictures of the first day stay as they are */
export async function takeGuidePictures(
  browser: Browser,
  demo: string,
  fresh: string | undefined,
): Promise<void> {
  for (const { name, language, hub, at } of pictures) {
    const base = hub === 'demo' ? demo : fresh
    if (base === undefined) continue
    const context = await newContext(browser, { language, theme: 'light', width: WIDTH })
    const address = await at(async (route) => (await fetch(`${base}/api/v1${route}`)).json())
    const page = await context.newPage()
    await page.setViewportSize({ width: WIDTH, height: HEIGHT_PX })
    await visit(page, `${base}${address}`)
    await settled(page)
    // Figures and drawings come to rest.
    await page.waitForTimeout(1_500)
    const file = path.join(FOLDER, `${name}${language === 'zh' ? '.zh' : ''}.webp`)
    const bytes = await photograph(page, file, { scale: 1, quality: QUALITY })
    console.info(`${name} (${language}): ${Math.round(bytes / 1024)} KiB`)
    await context.close()
  }
}
