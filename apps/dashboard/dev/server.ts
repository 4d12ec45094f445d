import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  activityPage,
  changedEvent,
  connectionCheck,
  connectionList,
  connectionLocationList,
  connectionLocationPreview,
  connectionMade,
  connectorList,
  demoState,
  firstDay,
  grantBegun,
  grantStanding,
  itemDetail,
  itemNames,
  itemPage,
  listingChangeList,
  listingImport,
  lotList,
  lotTrace,
  me,
  movementPage,
  parkedGroups,
  parkedPage,
  serialLives,
  serialPage,
  taskList,
} from '@plimsoll/client'
import type { z } from 'zod'
import { isOfAlerts, toAlertAnswer } from './alert-answers.ts'
import * as answers from './answers.ts'
import * as connecting from './connect-answers.ts'
import { answerTo } from './connection-answers.ts'
import * as places from './location-answers.ts'
import * as overviews from './overview-answers.ts'
import * as tracked from './tracked-answers.ts'
import * as troubles from './trouble-answers.ts'
import { createViewAnswers } from './view-answers.ts'
import { connections, createWorld, indexOf, itemCount, locations, nameOf, skuOf } from './world.ts'

/**
 * Development only: answers `/api/v1` in the hub's shapes from an in-memory world, checked with the shapes
 * themselves. `PUT /dev/scenario {failing, empty, delayMs, still}` brings on states that are hard to reach.
 */

/** `more`: channels beside those of the world, to look at a map of many. */
type Scenario = {
  failing: boolean
  empty: boolean
  delayMs: number
  still: boolean
  mute: boolean
  more: number
}
const calm: Scenario = { failing: false, empty: false, delayMs: 0, still: false, mute: false, more: 0 }
const tickMs = 450

/** @returns the base URL, a switch for the scenario, and a function that ends server and clock */
export async function startFixture(port: number, options: Partial<Scenario> = {}) {
  const fixture = createFixture({ ...calm, ...options })
  const server = createServer((request, response) => {
    fixture.handle(request, response).catch((error: unknown) => {
      console.error(error)
      if (!response.headersSent) problem(response, 500, 'fixture-fault', String(error))
    })
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const timer = setInterval(fixture.tick, tickMs)
  const { port: bound } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${bound}`,
    set: fixture.set,
    stop: () => stop(server, timer, fixture.hangUp),
  }
}

async function stop(server: Server, timer: NodeJS.Timeout, hangUp: () => void): Promise<void> {
  clearInterval(timer)
  hangUp()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
}

function createFixture(initial: Scenario) {
  let scenario = initial
  const world = createWorld()
  const streams = new Set<ServerResponse>()
  const marks: answers.ConnectionMarks = new Map([['con-walmart', { state: 'shadow' as const, reasons: [] }]])
  let parked = troubles.toParked(Date.now())
  const views = createViewAnswers()
  const grants = new Map<string, { shop: string; asked: number }>()
  let orders = 0
  let sequence = 400
  let recent = Array.from({ length: 400 }, (_, number) =>
    answers.toActivity(number, Date.now() - (400 - number) * 900),
  )
  let faults = {
    slow: false,
    duplicates: true,
    reordering: true,
    lostWebhooks: false,
    throttling: false,
    serverErrors: false,
  }

  function push(event: string, data: unknown) {
    for (const stream of streams) stream.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  }
  function tick() {
    if (scenario.still || scenario.mute || scenario.empty) return
    world.land()
    const skus: string[] = []
    // Half of the orders fall on the first rows, so that a screen at the top has something to show.
    for (let order = 0; order < 2; order++) {
      const index = Math.floor(world.random() * (world.random() < 0.5 ? 40 : itemCount))
      if (world.availableOf(index) <= 0) continue
      world.sell(index, Math.floor(world.random() * locations.length), 1)
      skus.push(skuOf(index))
      orders++
    }
    sequence++
    const row = answers.toActivity(sequence, Date.now())
    recent = [...recent.slice(-1_999), row]
    push('activity', [row])
    push('changed', changedEvent.parse({ topics: ['overview', 'items', 'connections', 'activity'], skus }))
  }

  async function handle(request: IncomingMessage, response: ServerResponse) {
    const url = new URL(request.url ?? '/', 'http://fixture')
    if (url.pathname === '/dev/scenario') {
      scenario = { ...scenario, ...(await readBody(request)) }
      return json(response, scenario)
    }
    const path = url.pathname.replace(/^\/api\/v1/, '')
    if (path === '/stream') return follow(request, response)
    if (scenario.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, scenario.delayMs))
    if (scenario.failing) {
      const cure = 'The database does not answer. Check that PostgreSQL runs, then try again.'
      return problem(response, 503, 'database-unreachable', cure)
    }
    return request.method === 'GET' ? read(path, url.searchParams, response) : write(path, request, response)
  }

  function read(path: string, query: URLSearchParams, response: ServerResponse) {
    const now = Date.now()
    const rows = () => (scenario.empty ? [] : answers.toConnections(now, marks, world.random))
    const page = <T>(all: T[]) => {
      const from = Number(query.get('cursor') ?? 0)
      const to = from + Number(query.get('limit') ?? 50)
      return { rows: all.slice(from, to), next: to < all.length ? String(to) : null }
    }
    if (readTracked(path, query, response)) return
    const [, grantId] = /^\/grants\/([^/]+)$/.exec(path) ?? []
    if (grantId !== undefined) return standing(grantId, response)
    const ofConnection = views.read(path, now) ?? answerTo(path, now)
    if (ofConnection) return checked(response, ofConnection.schema, ofConnection.body)
    if (path === '/me') return checked(response, me, answers.nobody)
    if (path === '/listing-changes')
      return checked(response, listingChangeList, { rows: scenario.empty ? [] : connecting.toChanges(now) })
    const item = /^\/items\/([^/]+)(\/movements)?$/.exec(path)
    if (item) {
      const sku = decodeURIComponent(item[1] ?? '')
      const index = indexOf(sku)
      if (index === undefined) {
        return problem(
          response,
          404,
          'item-not-found',
          `There is no item with the SKU ${sku}. Check the spelling.`,
        )
      }
      if (!item[2]) return checked(response, itemDetail, answers.toItemDetail(world, index, now))
      const cursor = Number(query.get('cursor') ?? 0)
      return checked(
        response,
        movementPage,
        answers.toMovements(sku, cursor, Number(query.get('limit') ?? 50), now),
      )
    }
    if (isOfAlerts(path)) return json(response, toAlertAnswer(path, query.get('state'), scenario.empty))
    if (path === '/overview' || path.startsWith('/overview/')) {
      const totals = { orders, parked: parked.length }
      const { shape, answer } = overviews.toAnswer(path, query, { rows: rows(), now, totals, scenario })
      return checked(response, shape, answer)
    }
    switch (path) {
      case '/items':
        return checked(response, itemPage, items(query))
      case '/item-names': {
        const offset = Number(query.get('offset') ?? 0)
        const named = wantedItems(query).slice(offset, offset + Number(query.get('limit') ?? 25_000))
        return checked(response, itemNames, { offset, skus: named.map(skuOf), names: named.map(nameOf) })
      }
      case '/connections':
        return checked(response, connectionList, { rows: rows() })
      case '/connectors':
        return checked(response, connectorList, { rows: scenario.empty ? [] : connecting.connectors })
      case '/locations':
        return json(response, { rows: scenario.empty ? [] : locations })
      case '/parked':
        return checked(response, parkedPage, {
          total: scenario.empty ? 0 : parked.length,
          ...page(scenario.empty ? [] : parked),
        })
      case '/parked/groups':
        return checked(response, parkedGroups, { rows: scenario.empty ? [] : troubles.toGroups(parked) })
      case '/activity':
        return checked(response, activityPage, page(scenario.empty ? [] : [...recent].reverse()))
      case '/first-day':
        return checked(response, firstDay, { isLive: true, steps: [] })
      case '/tasks':
        return checked(response, taskList, scenario.empty ? { rows: [] } : troubles.toTasks(now))
      case '/demo':
        return checked(response, demoState, {
          storefronts: connections.slice(0, 3).map((connection) => ({
            connectionId: connection.id,
            name: connection.name,
            url: `http://127.0.0.1/${connection.id}`,
          })),
          faults,
        })
      default:
        return problem(response, 404, 'not-found', 'There is nothing here.')
    }
  }

  function standing(grantId: string, response: ServerResponse) {
    const grant = grants.get(grantId)
    const found = grant && connecting.standingOf(grant.shop, grant.asked++)
    if (found === undefined) return problem(response, 404, 'unknown-grant', 'No such grant is under way.')
    return checked(response, grantStanding, found)
  }

  /** Connecting; false for any other path. */
  function connect(path: string, body: Record<string, unknown>, response: ServerResponse): boolean {
    const { shop = '' } = (body.settings ?? {}) as { shop?: string }
    const { clientSecret = '' } = (body.credentials ?? body) as { clientSecret?: string }
    if (path === '/grants') {
      const grantId = `grant-${grants.size}`
      grants.set(grantId, { shop, asked: 0 })
      const url = `http://127.0.0.1/connect/shopify/start?ticket=${grantId}`
      const expiresAt = new Date(Date.now() + 900_000).toISOString()
      checked(response, grantBegun, { grantId, url, expiresAt })
    } else if (/^\/connections\/[^/]+\/import$/.test(path))
      checked(response, listingImport, connecting.imported)
    else if (path.endsWith('/locations/preview'))
      checked(response, connectionLocationPreview, places.previewOf(body.locations as never))
    else if (/^\/connections\/[^/]+\/locations$/.test(path))
      checked(response, connectionLocationList, places.saveLocations(path, body.locations as never))
    else if (path.endsWith('/check')) checked(response, connectionCheck, connecting.checkOf(path))
    else if (/^\/connections(\/[^/]+\/credentials)?$/.test(path) && clientSecret === 'bad') {
      const field = 'credentials.clientSecret'
      problem(
        response,
        422,
        'invalid-settings',
        `${field}: must begin with cs_. Correct the field named.`,
        field,
      )
    } else if (path === '/connections')
      checked(response, connectionMade, { connectionId: 'con-shopify', check: connecting.check })
    else if (/^\/connections\/[^/]+\/credentials$/.test(path))
      checked(response, connectionCheck, { ...connecting.check, missingScopes: [] })
    else return false
    return true
  }

  /** Lots and serial numbers; false for any other path. */
  function readTracked(path: string, query: URLSearchParams, response: ServerResponse): boolean {
    const now = Date.now()
    const none = 'Check the spelling.'
    if (path === '/serials') {
      checked(response, serialPage, scenario.empty ? { rows: [], next: null } : tracked.toSerials(query))
      return true
    }
    const [, serial] = /^\/serials\/([^/]+)$/.exec(path) ?? []
    if (serial !== undefined) {
      const lives = tracked.toSerialLives(decodeURIComponent(serial), now)
      if (lives === undefined) problem(response, 404, 'unknown-serial', none)
      else checked(response, serialLives, lives)
      return true
    }
    const [, sku = '', lot] = /^\/items\/([^/]+)\/lots(?:\/([^/]+)\/trace)?$/.exec(path) ?? []
    const index = indexOf(decodeURIComponent(sku))
    if (index === undefined) return false
    if (lot === undefined) {
      checked(response, lotList, tracked.toLots(world, index))
      return true
    }
    const trace = tracked.toLotTrace(world, index, decodeURIComponent(lot), now)
    if (trace === undefined) problem(response, 404, 'unknown-lot', none)
    else checked(response, lotTrace, trace)
    return true
  }

  function items(query: URLSearchParams): z.infer<typeof itemPage> {
    const offset = Number(query.get('offset') ?? 0)
    const limit = Number(query.get('limit') ?? 200)
    const wanted = wantedItems(query)
    const rows = wanted.slice(offset, offset + limit).map((index) => answers.toItemRow(world, index))
    return { total: wanted.length, offset, rows }
  }

  function wantedItems(query: URLSearchParams): number[] {
    const search = (query.get('search') ?? '').toLowerCase()
    const filter = query.get('filter') ?? 'all'
    if (scenario.empty) return []
    const isWanted = (index: number) => {
      if (search && !`${skuOf(index)} ${nameOf(index)}`.toLowerCase().includes(search)) return false
      if (filter === 'oversold') return world.availableOf(index) < 0
      if (filter === 'out') return world.availableOf(index) <= 0
      if (filter === 'drift' || filter === 'pending') {
        return connections.some((_, number) => world.cellOf(index, number)?.status === filter)
      }
      return true
    }
    const wanted: number[] = []
    for (let index = 0; index < itemCount; index++) if (isWanted(index)) wanted.push(index)
    return wanted
  }

  async function write(path: string, request: IncomingMessage, response: ServerResponse) {
    const body = await readBody(request)
    const [, grantId] = /^\/grants\/([^/]+)$/.exec(path) ?? []
    if (grantId !== undefined && request.method === 'DELETE') {
      grants.delete(grantId)
      return json(response, {})
    }
    if (connect(path, body, response)) return
    const ofViews = views.write(request.method, path, body)
    if (ofViews) return checked(response, ofViews.schema, ofViews.body)
    const connection = /^\/connections\/([^/]+)\/(pause|resume|live)$/.exec(path)
    if (connection) {
      const [, id = '', action] = connection
      const reasons = action === 'pause' ? [String(body.reason ?? '')] : []
      marks.set(id, { state: action === 'pause' ? 'paused' : 'live', reasons })
      push('changed', { topics: ['connections', 'overview'], skus: [] })
      return json(response, {})
    }
    if (path === '/demo/faults') {
      faults = { ...faults, ...body }
      return json(response, faults)
    }
    const one = /^\/parked\/([^/]+)\/replay$/.exec(path)
    if (one || path === '/parked/replay') {
      const chosen = (row: (typeof parked)[number]) =>
        one ? row.inboxId === one[1] : body.cause === undefined || body.cause === row.cause
      // Events of an unknown status cannot be cured by replaying: they show the other result.
      const stays = (row: (typeof parked)[number]) => !chosen(row) || row.reasonCode === 'unknown-status'
      const asked = parked.filter(chosen).length
      const before = parked.length
      parked = parked.filter(stays)
      const replayed = before - parked.length
      push('changed', { topics: ['parked', 'overview'], skus: [] })
      const stillParked = asked - replayed
      return json(response, { replayId: null, replayed, applied: replayed, waiting: 0, stillParked })
    }
    return problem(response, 404, 'not-found', 'There is nothing here.')
  }

  function follow(request: IncomingMessage, response: ServerResponse) {
    if (scenario.failing || scenario.mute)
      return problem(response, 503, 'database-unreachable', 'No stream now.')
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    response.write(': open\n\n')
    streams.add(response)
    request.on('close', () => streams.delete(response))
  }
  function hangUp() {
    for (const stream of streams) stream.end()
    streams.clear()
  }
  function set(next: Partial<Scenario>) {
    scenario = { ...scenario, ...next }
    if (scenario.failing || scenario.mute) hangUp()
  }
  return { handle, tick, set, hangUp }
}

async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
}
function json(response: ServerResponse, body: unknown) {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
/** Answers only what the shape allows, so that the fixture cannot part ways with the contract. */
function checked<T extends z.ZodType>(response: ServerResponse, shape: T, body: z.infer<T>) {
  json(response, shape.parse(body))
}
function problem(response: ServerResponse, status: number, code: string, detail: string, field?: string) {
  response
    .writeHead(status, { 'content-type': 'application/problem+json' })
    .end(
      JSON.stringify({ type: 'about:blank', title: 'The hub could not answer', status, code, detail, field }),
    )
}
