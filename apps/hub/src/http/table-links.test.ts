import { globSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { columnsOf } from '../exports/table-rows.ts'
import { listRoutes } from '../testing/declared-routes.ts'
import { type ServedHub, serveHub } from '../testing/served-hub.ts'

/**
 * Every table of the dashboard is offered as a file, by the list of the API that it shows. The screens' sources are read: each
 * list that a screen pages through or lays out as a table has its link, with filters that the list itself takes.
 */
let served: ServedHub
beforeAll(async () => {
  served = await serveHub()
})
afterAll(() => served.close())

const root = new URL('../../../dashboard/src/', import.meta.url)
const sources = new Map(
  globSync('**/*.tsx', { cwd: root.pathname }).map((file) => [
    file,
    readFileSync(new URL(file, root), 'utf8'),
  ]),
)

/** Tables that are no list of the API's: a file of their own, one thing’s own lines, or what is only being tried. */
const NO_LIST: Record<string, string> = {
  'bulk/bulk-levels.tsx': 'its screen offers the file that the hub writes of it',
  'connections/shadow-screen.tsx': 'its report is written to a file as it is shown',
  'describe/redescribe-screen.tsx': 'files of a warehouse, to choose one from',
  'describe/sample-rows.tsx': 'rows of a sample that somebody dropped in',
  'flow/flow-list.tsx': 'the map in words',
  'item-import/column-table.tsx': 'what the columns of a file mean',
  'item-import/first-rows.tsx': 'rows of a file that somebody gave',
  'item/assembly-parts.tsx': 'what the kits in a form take of each part',
  'item/item-screen.tsx': 'one item by location',
  'item/kit-parts.tsx': 'what one kit is made of',
  'item/movement-table.tsx': 'laid out for lists that have a link themselves',
  'items/item-grid.tsx': 'its screen has the link',
  'lots/lot-owners.tsx': 'of one lot',
  'lots/lot-screen.tsx': 'of one lot',
  'orders/order-screen.tsx': 'lines of one order',
  'overview/step-chart.tsx': 'a chart in words',
  'replenishment/replenishment-screen.tsx': 'its filters have the link',
  'replenishment/replenishment-table.tsx': 'its filters have the link',
  'mapping/mapping-screen.tsx': 'its filters have the link',
  'alerts/alert-list.tsx': 'its screen has the link',
  'routing/routing-trial.tsx': 'what is only being tried',
  'serials/serial-table.tsx': 'laid out for lists that have a link themselves',
  'warehouse-floor/delivery-screen.tsx': 'lines of one delivery',
  'warehouse-floor/pick-list-screen.tsx': 'a sheet to print',
}

const linkOf = /operation(?:=|: )["'](\w+)["'](?:,?\s+query(?:=\{|: )(\{[^}]*\}))?/g

test('each table of a screen is offered as a file', () => {
  const without = [...sources]
    .filter(([, text]) => /<table\b|role="(table|grid)"|useInfiniteQuery\(/.test(text))
    .filter(([file, text]) => !/<TableFile\b|\btable=\{/.test(text) && NO_LIST[file] === undefined)
  expect(without.map(([file]) => file)).toEqual([])
  // What is excused is there, and has no link: an excuse that is not needed any more goes.
  const excused = Object.keys(NO_LIST).filter(
    (file) => !/<table\b|role="(table|grid)"|useInfiniteQuery\(/.test(sources.get(file) ?? ''),
  )
  expect(excused).toEqual([])
})

test('each link names a list of the API, and filters that the list takes', async () => {
  const declared = await listRoutes(served)
  const wrong: string[] = []
  let links = 0
  for (const [file, text] of sources) {
    if (!/<TableFile\b|\btable=\{|TableOfApi/.test(text) || file === 'parts/table-file.tsx') continue
    for (const [, operation, query = ''] of text.matchAll(linkOf)) {
      links += 1
      const route = declared.find(({ spec }) => spec?.operation === operation && spec?.method === 'GET')
      if (route === undefined || columnsOf(route.spec?.answers[200]) === undefined) {
        wrong.push(`${file}: ${operation} is no list`)
        continue
      }
      const taken = [
        ...Object.keys(route.spec?.query?.shape ?? {}),
        ...[...route.path.matchAll(/:(\w+)/g)].map(([, name]) => name),
      ]
      const named = [...query.matchAll(/(?:^\{|,)\s*(\w+)\s*(?=[,:}])/g)].map(([, name]) => name)
      for (const name of named) {
        if (!taken.includes(name)) wrong.push(`${file}: ${operation} takes no ${name}`)
      }
    }
  }
  expect(wrong).toEqual([])
  expect(links).toBeGreaterThan(25)
})
