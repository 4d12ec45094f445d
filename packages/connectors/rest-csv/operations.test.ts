import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  bindContext,
  type ChannelOperations,
  type Connector,
  createBudgets,
  createHttp,
  isConnectorError,
  systemClock,
} from '@plimsoll/connector-kit'
import { afterEach, expect, test } from 'vitest'
import { connector } from './index.ts'
import type { Credentials, Settings } from './settings.ts'

/** Small platforms of a few lines each: what no simulator of ours does. */

type Asked = { method: string; url: string; headers: IncomingMessage['headers']; body: string }
const open: { close(): void }[] = []
afterEach(() => {
  for (const server of open.splice(0)) server.close()
})

async function connect(
  definition: object,
  answer: (asked: Asked, response: ServerResponse) => void,
  credentials: Credentials = { user: 'me', secret: 's3cret' },
): Promise<{ operations: ChannelOperations; asked: Asked[]; url: string }> {
  const asked: Asked[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      const one = { method, url, headers, body: Buffer.concat(chunks).toString('utf8') }
      asked.push(one)
      answer(one, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.push({
    close() {
      server.close()
      server.closeAllConnections()
    },
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const settings: Settings = { definition: JSON.stringify({ ...base, ...definition, baseUrl: `${url}/v1` }) }
  const { budgets } = connector.manifest
  const context = {
    settings: connector.manifest.settings.parse(settings),
    credentials,
    http: createHttp({ budgets: createBudgets(budgets, systemClock), clock: systemClock }),
    now: () => systemClock.now(),
    uuid: () => 'uuid',
  }
  const typed: Connector<Settings, Credentials> = connector
  return { operations: typed.open(bindContext(typed, context)), asked, url }
}

const json = (response: ServerResponse, value: unknown, headers: Record<string, string> = {}, status = 200) =>
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value))

const base = {
  name: 'Tiny',
  authentication: { kind: 'none' },
  listings: { list: { path: '/items' }, map: { columns: { externalId: 'id', sku: 'sku' } } },
  levels: {
    by: 'one',
    request: { path: '/items/{stockUnitId}' },
    map: { columns: { stockUnitId: 'id', quantity: 'n' } },
  },
  writes: {
    by: 'one',
    request: { method: 'PUT', path: '/items/{stockUnitId}', body: "{ 'n': quantity }" },
    quantity: 'n',
  },
  orders: {
    list: { path: '/orders', query: { since: '{since}' } },
    one: { path: '/orders/{id}' },
    statuses: { new: { state: 'open', subtracted: 'yes' } },
    map: { columns: { externalId: 'id', status: 'status', placedAt: 'at' } },
    lines: 'lines',
    line: { columns: { externalId: 'id', ordered: 'n' } },
  },
}
const write = (stockUnitId: string, quantity: number, locationId = 'default') => ({
  writeId: `w-${stockUnitId}`,
  stockUnitId,
  locationId,
  quantity,
  expected: undefined,
})

test.each<[kind: string, authentication: object, seen: (asked: Asked) => unknown, wanted: unknown]>([
  ['none', { kind: 'none' }, ({ headers }) => headers.authorization, undefined],
  ['bearer', { kind: 'bearer' }, ({ headers }) => headers.authorization, 'Bearer s3cret'],
  [
    'basic',
    { kind: 'basic' },
    ({ headers }) => headers.authorization,
    `Basic ${Buffer.from('me:s3cret').toString('base64')}`,
  ],
  [
    'header',
    { kind: 'header', name: 'X-Api-Key', prefix: 'Key ' },
    ({ headers }) => headers['x-api-key'],
    'Key s3cret',
  ],
  ['query', { kind: 'query', parameter: 'key' }, ({ url }) => url, '/v1/items?key=s3cret'],
])('authentication: %s', async (_kind, authentication, seen, wanted) => {
  const { operations, asked } = await connect({ authentication }, (_, response) => json(response, []))
  await operations.listings(undefined)
  expect(asked.map(seen)).toEqual([wanted])
})

test('a next page is followed below the base address and nowhere else', async () => {
  let next = '?page=2'
  const definition = { listings: { ...base.listings, list: { path: '/items', paging: { kind: 'link' } } } }
  const { operations, asked } = await connect(definition, (_, response) =>
    json(response, [{ id: 1 }], { link: `<${next}>; rel="next"` }),
  )
  const first = await operations.listings(undefined)
  next = '?page=3'
  await operations.listings(first.next)
  expect(asked.map(({ url }) => url)).toEqual(['/v1/items', '/v1/items?page=2'])
  for (const away of [
    'https://evil.example/v1/items',
    'http://127.0.0.1:1/v1/items',
    '/admin/items',
    '/v10/items',
  ]) {
    next = away
    const { next: cursor } = await operations.listings(undefined)
    await expect(operations.listings(cursor)).rejects.toMatchObject({ kind: 'invalid' })
  }
  expect(asked).toHaveLength(6)
})

test('a search that is posted has its moment and its page in the body', async () => {
  const list = {
    method: 'POST',
    path: '/orders/search',
    body: "{ 'from': $number(since), 'page': $number(p) }",
    paging: { kind: 'page', parameter: 'p', size: 1 },
  }
  const { operations, asked } = await connect(
    { orders: { ...base.orders, since: 'seconds', list } },
    ({ body }, response) =>
      json(
        response,
        JSON.parse(body).page > 2
          ? []
          : [{ id: JSON.parse(body).page, status: 'new', at: 1_764_150_000, lines: [{ id: 1, n: 1 }] }],
      ),
  )
  const ids: string[] = []
  let cursor: string | undefined
  do {
    const page = await operations.orders({ since: new Date(7_000), cursor })
    ids.push(...page.rows.map(({ externalId }) => externalId))
    cursor = page.next
  } while (cursor !== undefined)
  expect(ids).toEqual(['1', '2'])
  expect(asked.map(({ body }) => JSON.parse(body))).toEqual([1, 2, 3].map((page) => ({ from: 7, page })))
})

test('an id is one part of the path, whatever is in it', async () => {
  const { operations, asked } = await connect({}, (_, response) => json(response, { id: 'a/../b?c', n: 1 }))
  await operations.levels([{ stockUnitId: 'a/../b?c', locationId: 'default' }])
  expect(asked.map(({ url }) => url)).toEqual(['/v1/items/a%2F..%2Fb%3Fc'])
  await expect(operations.levels([{ stockUnitId: '..', locationId: 'default' }])).rejects.toMatchObject({
    kind: 'invalid',
  })
  expect(asked).toHaveLength(1)
})

test('writes that the answer says nothing of are read back: what is shown decides', async () => {
  const shown = new Map([
    ['1', 10],
    ['2', 10],
  ])
  const writes = { by: 'one', proof: 'read-back', request: base.writes.request }
  const { operations, asked } = await connect({ writes }, ({ method, url, body }, response) => {
    const id = url.split('/').at(-1) ?? ''
    if (method === 'PUT') {
      // Takes the first, ignores the second, and says the same to both.
      if (id === '1') shown.set(id, JSON.parse(body).n)
      response.writeHead(204).end()
    } else if (shown.has(id)) json(response, { id, n: shown.get(id) })
    else json(response, {}, {}, 404)
  })
  const outcomes = await operations.setLevels([write('1', 4), write('2', 4), write('3', 4)])
  expect(outcomes).toMatchObject([
    { writeId: 'w-1', kind: 'applied', quantity: 4 },
    { writeId: 'w-2', kind: 'applied', quantity: 10 },
    { writeId: 'w-3', kind: 'refused', error: { kind: 'not-found' } },
  ])
  expect(asked.map(({ method }) => method)).toEqual(['PUT', 'PUT', 'PUT', 'GET', 'GET', 'GET'])
})

test('a write that has left and cannot be read back is unknown, whatever kept us from it', async () => {
  const writes = { by: 'one', proof: 'read-back', request: base.writes.request }
  for (const status of [429, 401, 503, 400]) {
    const { operations } = await connect({ writes }, ({ method }, response) =>
      method === 'PUT' ? response.writeHead(204).end() : json(response, {}, {}, status),
    )
    await expect(operations.setLevels([write('1', 4)])).rejects.toMatchObject({
      kind: 'unavailable',
      sent: true,
    })
  }
})

test('a body that cannot be made was surely never sent; a write that failed does not speak for the others', async () => {
  const broken = { by: 'one', request: { ...base.writes.request, body: 'quantity + $sum' }, quantity: 'n' }
  const first = await connect({ writes: broken }, (_, response) => json(response, {}))
  const error = await first.operations.setLevels([write('1', 4)]).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ kind: 'malformed', sent: false })
  expect(first.asked).toEqual([])

  const { operations } = await connect({}, ({ url, body }, response) => {
    if (url.endsWith('/2')) json(response, {}, {}, 429)
    else json(response, JSON.parse(body))
  })
  expect(await operations.setLevels([write('1', 4), write('2', 4)])).toMatchObject([
    { writeId: 'w-1', kind: 'applied', quantity: 4 },
    { writeId: 'w-2', kind: 'untouched' },
  ])
})

test('several locations: a row says which, and one that is not defined is refused unsent', async () => {
  const definition = {
    locations: [
      { id: 'north', name: 'North' },
      { id: 'south', name: 'South' },
    ],
    levels: {
      by: 'list',
      request: { path: '/stock' },
      map: { columns: { stockUnitId: 'id', locationId: 'at', quantity: 'n' } },
    },
  }
  let rows: unknown[] = [
    { id: 1, at: 'north', n: '7' },
    { id: 1, at: 'south', n: null },
  ]
  const { operations, asked } = await connect(definition, (_, response) => json(response, rows))
  expect((await operations.locations()).map(({ externalId }) => externalId)).toEqual(['north', 'south'])
  const keys = ['north', 'south'].map((locationId) => ({ stockUnitId: '1', locationId }))
  expect((await operations.levels(keys)).map(({ quantity }) => quantity)).toEqual([7, undefined])
  rows = [{ id: 1, n: 7 }]
  await expect(operations.levels(keys)).rejects.toThrow('levels.map.locationId: there are several: say which')
  const before = asked.length
  expect(await operations.setLevels([write('1', 3, 'east')])).toMatchObject([
    { kind: 'refused', error: { kind: 'not-found' } },
  ])
  expect(asked).toHaveLength(before)
})

test('I12: a quantity that is absent, empty, null or a fraction is not counted, never nought', async () => {
  const values: unknown[] = [undefined, null, '', '1.5', 2.5, '0', 0, '7', ' 8 ', '3.0']
  const { operations } = await connect({}, ({ url }, response) => {
    const id = Number(url.split('/').at(-1))
    json(response, { id, n: values[id] })
  })
  const levels = await operations.levels(
    values.map((_, at) => ({ stockUnitId: String(at), locationId: 'default' })),
  )
  expect(levels.map(({ quantity }) => quantity)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
    0,
    0,
    7,
    8,
    3,
  ])
})

test.each(['many', 'NaN', '1e3', '0x10', true, {}, [1]])(
  'I12: %j is no quantity: Malformed, naming the field',
  async (n) => {
    const { operations } = await connect({}, (_, response) => json(response, { id: 1, n }))
    const error = await operations
      .levels([{ stockUnitId: '1', locationId: 'default' }])
      .catch((thrown: unknown) => thrown)
    expect(isConnectorError(error) && error.kind).toBe('malformed')
    expect(String(error)).toContain('levels.map.quantity')
  },
)

test('an order that cannot be read is named, and the others go on', async () => {
  const at = '2026-11-26T10:00:00Z'
  const lines = [{ id: 1, n: 1 }]
  const { operations } = await connect({}, (_, response) =>
    json(response, [
      { id: 1, status: 'new', at, lines },
      { id: 2, status: 'teleported', at, lines },
      { id: 3, status: 'new', at: '2026-11-26 10:00', lines },
      { id: 4, status: 'new', at, lines: [{ id: 1, n: 1.5 }] },
      { id: 5, status: 'new', at },
      { id: 6, status: 'new', at, lines: [...lines, ...lines] },
      { id: 7, status: 'constructor', at, lines },
    ]),
  )
  const page = await operations.orders({ since: new Date(0), cursor: undefined })
  expect(page.rows.map(({ externalId }) => externalId)).toEqual(['1'])
  expect(page.unreadable?.map(({ externalId }) => externalId)).toEqual(['2', '3', '4', '5', '6', '7'])
})

test('the platform’s own codes decide where the definition names them', async () => {
  let answer: [status: number, body: unknown] = [400, {}]
  const errors = {
    code: 'error.code',
    message: 'error.text',
    kinds: { quota: 'rate-limited', closed: 'unavailable' },
  }
  const { operations } = await connect({ errors }, (_, response) =>
    json(response, answer[1], { 'retry-after': '7' }, answer[0]),
  )
  const refused = async () => await operations.listings(undefined).catch((error: unknown) => error)
  answer = [400, { error: { code: 'quota', text: 'Come back later.' } }]
  expect(await refused()).toMatchObject({
    kind: 'rate-limited',
    retryAfterMs: 7_000,
    platform: { code: 'quota' },
  })
  answer = [403, { error: { code: 'closed' } }]
  expect(await refused()).toMatchObject({ kind: 'unavailable', sent: true })
  answer = [403, { error: { code: 'scope' } }]
  expect(await refused()).toMatchObject({ kind: 'forbidden', platform: { code: 'scope' } })
})

test('a file is true for when it was written, and one that is cut off is not read', async () => {
  const definition = {
    orders: {
      ...base.orders,
      one: undefined,
      list: { path: '/orders.csv', csv: { separator: ';' } },
      groupBy: 'id',
      map: { fields: { externalId: 'rows[0].id', status: 'rows[0].status', placedAt: 'rows[0].at' } },
      lines: 'rows',
      line: { columns: { externalId: 'line', ordered: 'n' } },
    },
  }
  let text =
    'id;status;at;line;n\r\n1;new;2026-11-26T10:00:00Z;a;1\r\n1;new;2026-11-26T10:00:00Z;b;2\r\n2;new;2026-11-26T10:00:00Z;a;"3"\r\n'
  const { operations } = await connect(definition, (_, response) =>
    response
      .writeHead(200, { 'content-type': 'text/csv', 'last-modified': 'Wed, 25 Nov 2026 08:00:00 GMT' })
      .end(text),
  )
  const read = () => operations.orders({ since: new Date(0), cursor: undefined })
  const page = await read()
  expect(page.platformTime).toEqual(new Date('2026-11-25T08:00:00Z'))
  expect(page.rows.map(({ externalId, lines }) => [externalId, lines.map(({ ordered }) => ordered)])).toEqual(
    [
      ['1', [1, 2]],
      ['2', [3]],
    ],
  )
  const whole = text
  for (const cut of [whole.length - 1, whole.length - 2, whole.length - 5, 30, 5, 0]) {
    text = whole.slice(0, cut)
    if (/[\r\n]$/.test(text)) continue
    await expect(read(), text).rejects.toMatchObject({ kind: 'malformed' })
  }
  text = '<html><body>Please log in</body></html>\n'
  await expect(read()).rejects.toMatchObject({ kind: 'malformed' })
})

test('a map that does not end is told by its field and with the cure; the next one is run', async () => {
  const rows = [
    { id: 1, sku: 'A' },
    { id: 2, sku: 'B' },
  ]
  const hang = '($f := function($n){ $f($n + 1) }; $f(0))'
  const slow = { list: { path: '/items' }, map: { fields: { externalId: hang } } }
  const { operations } = await connect({ listings: slow }, (_asked, response) => json(response, rows))
  await expect(operations.listings(undefined)).rejects.toMatchObject({
    kind: 'malformed',
    message:
      'listings.map: it took more than 2000 ms over 2 rows; make the expression simpler, or ask for fewer rows at once (paging.size).',
  })
  const sound = await connect({}, (_asked, response) => json(response, rows))
  expect((await sound.operations.listings(undefined)).rows).toMatchObject([{ sku: 'A' }, { sku: 'B' }])
})
