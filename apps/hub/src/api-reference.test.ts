import { readFileSync } from 'node:fs'
import { stockErrors } from '@plimsoll/stock'
import { syncErrors } from '@plimsoll/sync'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { errorsOf } from './http/error-codes.ts'
import { apiErrors } from './http/problem.ts'
import type { Route } from './http/server.ts'
import { listRoutes } from './testing/declared-routes.ts'
import { type ServedHub, serveHub } from './testing/served-hub.ts'

const reference = readFileSync(new URL('../../../docs/reference/api.md', import.meta.url), 'utf8')
const sections = new Map(
  reference
    .split(/^### /m)
    .slice(1)
    .map((section) => [section.split('\n')[0] ?? '', section.split(/^## /m)[0] ?? ''] as const),
)
type Operation = { responses: Record<string, { content: Record<string, { schema: { $ref?: string } }> }> }

let served: ServedHub
let routes: Route[]
/** As the document writes it: `GET /api/v1/items/:sku` to what it says of it. */
let operations: Map<string, Operation>
beforeAll(async () => {
  served = await serveHub()
  // The rest are the dashboard's files and screens, and the page of the document.
  routes = (await listRoutes(served)).filter(({ path }) =>
    /^\/(api|webhooks|health|ready|metrics)\b/.test(path),
  )
  const { body } = await served.ask('GET', '/api/v1/openapi.json')
  operations = new Map(
    Object.entries(body.paths as Record<string, Record<string, Operation>>).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]): [string, Operation] => [
        `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`,
        operation,
      ]),
    ),
  )
})
afterAll(() => served.close())

const nameOf = ({ method, path }: Route) => `${method} ${path}`

test('the reference and the document have each route that the server adds, and no other', () => {
  const added = routes.map(nameOf).sort()
  expect([...sections.keys()].sort()).toEqual(added)
  expect([...operations.keys()].sort()).toEqual(added)
})

test('each route declares what it takes and answers', () => {
  expect(routes.filter(({ spec }) => spec === undefined).map(nameOf)).toEqual([])
})

test('each section names the errors that its route declares, and no other', () => {
  const ofAll = codesAfter(/^Errors of all/m, reference.match(/Errors of all: [^.]*\./)?.[0] ?? '')
  expect(ofAll.length).toBeGreaterThan(3)
  const wrong = routes.flatMap((route) => {
    const { spec } = route
    if (spec === undefined) return []
    const named = codesAfter(/Errors[^:]*:/, sections.get(nameOf(route)) ?? '')
    const possible = new Set([...errorsOf(spec, route.path).values()].flat())
    const isCommand = spec.tag === 'Stock commands' && spec.takesKey === true
    const expected = (spec.errors ?? []).filter((code) => !isCommand || !ofAll.includes(code))
    const missing = expected.filter((code) => !named.includes(code))
    const foreign = [...named, ...(isCommand ? ofAll : [])].filter((code) => !possible.has(code))
    return missing.length + foreign.length === 0 ? [] : [{ route: nameOf(route), missing, foreign }]
  })
  expect(wrong).toEqual([])
})

test('each section names the schema that its route answers, as the document does', () => {
  const wrong = [...operations].flatMap(([route, { responses }]) => {
    const answered = Object.entries(responses).flatMap(([status, { content }]) => {
      const name = content['application/json']?.schema.$ref?.split('/').at(-1)
      return Number(status) < 300 && name !== undefined && name !== 'done' ? [name] : []
    })
    const said = sections.get(route) ?? ''
    return answered.filter((name) => !said.includes(`\`${name}\``)).map((name) => ({ route, name }))
  })
  expect(wrong).toEqual([])
})

test('every error that a client can cause is named somewhere', () => {
  const codes = Object.keys({ ...stockErrors, ...syncErrors, ...apiErrors })
  // Can befall every route: said once on the page of errors.
  const everywhere = ['malformed-body', 'internal']
  expect(codes.filter((code) => !everywhere.includes(code) && !reference.includes(`\`${code}\``))).toEqual([])
})

/** The codes in the sentence that begins so. */
function codesAfter(start: RegExp, text: string): string[] {
  const from = text.search(start)
  if (from < 0) return []
  const sentence = text.slice(from).match(/^[^:]*:([^.]*)\./)?.[1] ?? ''
  return [...sentence.matchAll(/`([a-z-]+)`/g)]
    .map(([, code = '']) => code)
    .filter((code) => code !== 'field')
}
