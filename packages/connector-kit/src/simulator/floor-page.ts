import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { floorScript } from './floor-script.ts'
import { floorWords } from './floor-words.ts'
import type { SimulatedPlatform } from './simulator.ts'
import { languageOf } from './storefront.ts'
import { inScript, textOn, toHtml } from './storefront-page.ts'
import { style } from './storefront-style.ts'
import { withoutRecipient } from './warehouse-control.ts'
import type { WarehouseFloor } from './warehouse-floor.ts'
import { openUnits } from './warehouse-records.ts'

/** More rows than this make a page slow and help nobody. */
const rowsMax = 40

const pageQuery = z.object({ lang: z.enum(['en', 'zh']).optional().catch(undefined) })

/** The page of a simulated warehouse: what was asked for, with buttons for people, and what lies where. */
export function floorRoutes(
  app: FastifyInstance,
  platform: SimulatedPlatform & { floor: WarehouseFloor; prefix: string },
): void {
  const { floor } = platform
  const view = () => {
    const verdict = floor.verdict()
    return {
      facilities: floor.facilities,
      requests: floor.requests
        .all()
        .slice(-rowsMax)
        .toReversed()
        .map(withoutRecipient)
        .map(({ id, number, facilityId, state, problem, lines, parcels }) => ({
          id,
          number,
          facilityId,
          state,
          problem: problem?.message,
          parcels: parcels.length,
          lines: lines.map((line) => ({
            sku: line.sku,
            quantity: line.quantity,
            shipped: line.shipped,
            open: openUnits(line),
          })),
        })),
      returns: floor.intake
        .returns()
        .slice(-rowsMax)
        .toReversed()
        .map(({ id, reference, state, lines }) => ({
          id,
          reference,
          state,
          lines: lines.map(({ id: line, sku, quantity, condition }) => ({ line, sku, quantity, condition })),
        })),
      counts: floor.counts().slice(0, rowsMax),
      ordersShipped: verdict.ordersShipped,
      shippedTwice: verdict.shippedTwice,
    }
  }
  app.get('/', async (request, reply) => {
    const language = pageQuery.parse(request.query).lang ?? languageOf(request.headers['accept-language'])
    const words = floorWords[language]
    const colour = platform.colour ?? '#0b5fff'
    const accent = /^#[0-9a-f]{3,8}$/i.test(colour) ? colour : '#0b5fff'
    return reply.type('text/html; charset=utf-8').send(`<!doctype html>
<html lang="${language === 'zh' ? 'zh-Hans' : 'en'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${toHtml(platform.name)}</title>
<style>:root { --accent: ${accent}; --on-accent: ${textOn(accent)} }${style}${floorStyle}</style>
</head>
<body>
<p class="notice">${words.notice}</p>
<header>
  <h1><span class="mark" aria-hidden="true"></span>${toHtml(platform.name)}</h1>
  <p id="totals" class="quiet"></p>
  <nav><a href="?lang=${words.otherLanguage}" lang="${words.otherLanguage}">${words.otherName}</a></nav>
</header>
<main>
  <p id="status" role="status" aria-live="polite"></p>
  <section aria-labelledby="requests-title"><h2 id="requests-title">${words.requests}</h2><ul id="requests"></ul></section>
  <section aria-labelledby="returns-title"><h2 id="returns-title">${words.returns}</h2><ul id="returns"></ul></section>
  <section aria-labelledby="stock-title"><h2 id="stock-title">${words.stock}</h2>
  <table><thead><tr><th>SKU</th><th>${words.facility}</th><th>${words.onHand}</th><th>${words.committed}</th><th>${words.damaged}</th><th>${words.incoming}</th></tr></thead><tbody id="stock"></tbody></table></section>
</main>
<script>const place = ${inScript(platform.prefix)};const words = ${inScript(words)};let view = ${inScript(view())};${floorScript}</script>
</body>
</html>`)
  })
  app.get('/floor.json', async () => view())
}

const floorStyle = `
main { display: grid; gap: 20px; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); align-items: start }
#requests, #returns { list-style: none; margin: 8px 0 0; padding: 0 }
#requests li, #returns li { padding: 10px 0; border-top: 1px solid var(--line); display: flex; flex-wrap: wrap; gap: 6px 12px; align-items: baseline }
#requests li > span, #returns li > span { overflow-wrap: anywhere }
#requests button, #returns button { padding: 5px 12px; font-size: 13px }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums }
th, td { text-align: right; padding: 5px 4px; border-top: 1px solid var(--line) }
th:first-child, td:first-child, th:nth-child(2), td:nth-child(2) { text-align: left; overflow-wrap: anywhere }
th { font-size: 12px; font-weight: 600; color: var(--quiet); border: 0 }
`
