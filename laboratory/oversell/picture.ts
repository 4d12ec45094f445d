/**
 * `node laboratory/oversell/picture.ts`: draws `results.json` (what `--out` wrote) as `docs/images/oversell.svg`: for each
 * cell and strategy one bar of units oversold and one of units missed.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import type { Cell, Report } from './main.ts'
import { STRATEGY_NAMES } from './strategy.ts'

const RESULTS = new URL('results.json', import.meta.url)
const PICTURE = new URL('../../docs/images/oversell.svg', import.meta.url)

const WIDTH = 760
const LEFT = 130
const RIGHT = 70
const ROW = 26
const BAR = 9
const HEAD = 34
const TOP = 64

writeFileSync(
  PICTURE,
  draw(JSON.parse(readFileSync(RESULTS, 'utf8')) as Pick<Report, 'orders' | 'units' | 'cells'>),
)

function draw(report: Pick<Report, 'orders' | 'units' | 'cells'>): string {
  const parts: string[] = []
  let y = TOP
  const counts = report.cells.flatMap(({ strategies }) =>
    Object.values(strategies).flatMap((each) => [each.oversoldUnits, each.missedUnits]),
  )
  const most = Math.max(1, ...counts)
  const scale = (units: number) => (units / most) * (WIDTH - LEFT - RIGHT)
  for (const cell of report.cells) {
    parts.push(`<text class="cell" x="12" y="${y + 18}">${titleOf(cell)}</text>`)
    y += HEAD
    for (const name of STRATEGY_NAMES) {
      const outcome = cell.strategies[name]
      if (outcome === undefined) continue
      parts.push(`<text class="name" x="${LEFT - 10}" y="${y + 12}" text-anchor="end">${name}</text>`)
      const bars = [
        ['oversold', outcome.oversoldUnits, y],
        ['missed', outcome.missedUnits, y + BAR + 1],
      ] as const
      for (const [kind, units, top] of bars) {
        const width = scale(units)
        const share = `${units} (${((100 * units) / report.units).toFixed(1)} %)`
        parts.push(
          `<rect class="${kind}" x="${LEFT}" y="${top}" width="${width.toFixed(1)}" height="${BAR}"/>`,
          `<text class="number" x="${(LEFT + width + 5).toFixed(1)}" y="${top + 8}">${share}</text>`,
        )
      }
      y += ROW
    }
    y += 10
  }
  const height = y + 4
  const heading = `Units oversold and missed, of ${report.units} that ${report.orders} shoppers wanted on six channels`
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${heading}">
<style>
  text { font-family: system-ui, sans-serif; fill: #24292f }
  .ground { fill: #ffffff } .heading { font-size: 15px; font-weight: 600 } .cell { font-size: 13px; font-weight: 600 }
  .name { font-size: 12px } .number { font-size: 10px } .oversold { fill: #c9372c } .missed { fill: #8590a2 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .ground { fill: #0d1117 } .oversold { fill: #f87168 } .missed { fill: #738496 }
  }
</style>
<rect class="ground" width="${WIDTH}" height="${height}" rx="6"/>
<text class="heading" x="12" y="24">${heading}</text>
<rect class="oversold" x="12" y="38" width="10" height="10"/><text class="name" x="27" y="47">oversold</text>
<rect class="missed" x="92" y="38" width="10" height="10"/><text class="name" x="107" y="47">missed (refused while it was there)</text>
${parts.join('\n')}
</svg>
`
}

function titleOf({ stock, delay, lossPercent }: Cell): string {
  return `opening stock ${stock}, delays × ${delay}, ${lossPercent} % of webhooks lost`
}
