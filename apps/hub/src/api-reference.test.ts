import { readFileSync } from 'node:fs'
import * as shapes from '@plimsoll/client'
import { stockErrors } from '@plimsoll/stock'
import { SyncEngine, syncErrors } from '@plimsoll/sync'
import { expect, test } from 'vitest'
import { apiErrors } from './http/problem.ts'
import { createServer, type Route } from './http/server.ts'
import { serveHub } from './testing/served-hub.ts'
import { LiveScreens } from './views/live-screens.ts'

const reference = readFileSync(new URL('../../../docs/reference/api.md', import.meta.url), 'utf8')
const sections = reference.split(/^### /m).slice(1)

test('the reference has a section for each route that the server adds, and no other', async () => {
  const served = await serveHub()
  const screens = new LiveScreens(served.hub.context)
  try {
    const routes: Route[] = []
    const engine = new SyncEngine(served.hub.context)
    const server = await createServer({ ...served.hub, engine, screens, demo: undefined }, (route) =>
      routes.push(route),
    )
    await server.close()
    // The rest are the dashboard's files and screens.
    const documented = routes.filter(({ path }) => /^\/(api|webhooks|health|ready|metrics)\b/.test(path))
    const headings = sections.map((section) => section.split('\n')[0] ?? '')
    expect([...headings].sort()).toEqual(documented.map(({ method, path }) => `${method} ${path}`).sort())
  } finally {
    screens.close()
    await served.close()
  }
})

test('every error that it names is one of the catalogue', () => {
  const known = new Set(Object.keys({ ...stockErrors, ...syncErrors, ...apiErrors }))
  const named = [...reference.matchAll(/Errors[^:]*: ([^.]*?)\.(?:\s|$)/g)].flatMap(([, list = '']) =>
    [...list.matchAll(/`([a-z-]+)`/g)].map(([, code = '']) => code),
  )
  expect(named.length).toBeGreaterThan(30)
  expect(named.filter((code) => !known.has(code) && code !== 'field')).toEqual([])
})

test('every error that a client can cause is named somewhere', () => {
  const codes = Object.keys({ ...stockErrors, ...syncErrors, ...apiErrors })
  // Can befall every route: said once on the page of errors.
  const everywhere = ['malformed-body', 'internal']
  expect(codes.filter((code) => !everywhere.includes(code) && !reference.includes(`\`${code}\``))).toEqual([])
})

test('every answer that it names is a schema of the client', () => {
  const named = [...reference.matchAll(/Answers `(\w+)`(?!\s+(?:and|too))/g)].map(([, name = '']) => name)
  expect(named.length).toBeGreaterThan(10)
  expect(named.filter((name) => !(name in shapes))).toEqual([])
})
