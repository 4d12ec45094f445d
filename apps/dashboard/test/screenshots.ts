import { parseArgs } from 'node:util'
import { launchBrowser } from './browser.ts'
import { createDemoApi } from './pictures/demo-api.ts'
import { dressDemo } from './pictures/dress-demo.ts'
import { prepareFreshHub } from './pictures/fresh-hub.ts'
import { takeGuidePictures } from './pictures/guide-pictures.ts'
import { takeScreens } from './pictures/take-screens.ts'

/**
 * The pictures of the documentation, made anew, and the guide to the screens with them. `npm run demo -- --warehouses
 * shipbob,edi`, a few minutes of sales, then `npm run screenshots -- http://127.0.0.1:7460`. The demo is not of use afterwards: it is
 * given what no shop brings about, and an owner.
 *
 * The guides' pictures of the first day and of mapping want a hub that has just been started (`npm run plimsoll -- serve`) and a shop
 * (`npm run plimsoll -- simulate woocommerce`): their addresses come second and third. Without them these stay as they are.
 *
 * `--all FOLDER` also puts all eight looks of every screen there, as large as they are, to be looked at one by one.
 * `--only overview,items` takes only these screens, and none of the guides' own; `--language zh` only its looks.
 */
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { all: { type: 'string' }, only: { type: 'string' }, language: { type: 'string' } },
})
const [demo, fresh, shop] = positionals
if (demo === undefined) throw new Error('Name the demo: npm run screenshots -- http://127.0.0.1:7460')
const browser = await launchBrowser()
if (browser === undefined) process.exit(1)
const api = createDemoApi(demo.replace(/\/$/, ''))
if (values.only === undefined) {
  if (fresh !== undefined && shop !== undefined) await prepareFreshHub(fresh, shop)
  await takeGuidePictures(browser, api.base, fresh)
}
const third = await dressDemo(api)
try {
  await takeScreens(browser, api, values)
} finally {
  await third?.stop()
  await browser.close()
}
