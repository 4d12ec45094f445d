import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readDefinition } from './definition.ts'
import { settings } from './settings.ts'

const text = (file: string) => readFileSync(new URL(file, import.meta.url), 'utf8')
const example = () => JSON.parse(text('./example.json'))

test.each(['./example.json', './example-csv.json'])('%s is a whole definition', (file) => {
  expect(readDefinition(text(file))).toMatchObject({
    definition: { name: expect.stringContaining('Pantry') },
  })
  expect(settings.safeParse({ definition: text(file) }).success).toBe(true)
})

describe('what is wrong is named by its field, with the cure', () => {
  type Json = ReturnType<typeof example>
  test.each<[what: string, spoil: (given: Json) => void, said: string]>([
    [
      'an address without encryption',
      (given) => {
        given.baseUrl = 'http://api.pantry.example'
      },
      'baseUrl: use https://',
    ],
    [
      'an address inside a network',
      (given) => {
        given.baseUrl = 'https://10.0.0.7/v1'
      },
      'baseUrl: "10.0.0.7" is inside a private network',
    ],
    [
      'the cloud’s own address',
      (given) => {
        given.baseUrl = 'https://169.254.169.254/latest'
      },
      'is inside a private network',
    ],
    [
      'a token address inside a network',
      (given) => {
        given.authentication.tokenUrl = 'https://intranet/token'
      },
      'authentication.tokenUrl: ',
    ],
    [
      'a query in the address',
      (given) => {
        given.baseUrl += '?key=7'
      },
      'baseUrl: leave out what begins with ?',
    ],
    [
      'a path that leads to another host',
      (given) => {
        given.listings.list.path = '//evil.example/items'
      },
      'listings.list.path: begin it with one slash',
    ],
    [
      'a whole address for a path',
      (given) => {
        given.orders.one.path = 'https://evil.example'
      },
      'orders.one.path: begin it with one slash',
    ],
    [
      'a place that is not known',
      (given) => {
        given.orders.one.path = '/orders/{order}'
      },
      'orders.one.path: there is no {order}; there are {id}, ',
    ],
    [
      'an expression that is none',
      (given) => {
        given.orders.lines = 'rows['
      },
      'orders.lines: it is not JSONata: ',
    ],
    [
      'a wrong expression in a map',
      (given) => {
        given.levels.map = { fields: { quantity: 'a +' } }
      },
      'levels.map.fields.quantity: it is not JSONata: ',
    ],
    [
      'a way of paging that is not known',
      (given) => {
        given.listings.list.paging.kind = 'pages'
      },
      'listings.list.paging',
    ],
    [
      'a state that is none',
      (given) => {
        given.orders.statuses.placed.state = 'new'
      },
      'orders.statuses.placed.state: ',
    ],
    [
      'a misspelt field',
      (given) => {
        given.orders.statusses = {}
      },
      'orders: Unrecognized key: "statusses"',
    ],
    [
      'a header that is not theirs',
      (given) => {
        given.listings.list.headers = { Host: 'evil.example' }
      },
      'this header is not yours to set',
    ],
    [
      'an echo that nobody named',
      (given) => {
        given.writes = { by: 'one', request: { path: '/stock' } }
      },
      'writes.quantity: say where the answer has the new quantity',
    ],
    [
      'rows whose outcome nobody named',
      (given) => {
        delete given.writes.map
      },
      'writes.rows: say what became of each row',
    ],
    [
      'two bodies',
      (given) => {
        given.writes.request.csvBody = { columns: { A: 'quantity' } }
      },
      'writes.request.csvBody: give `body` or `csvBody`',
    ],
    [
      'an order of grouped rows read by itself',
      (given) => {
        given.orders.groupBy = 'id'
      },
      'orders.one: grouped rows are read as a list',
    ],
  ])('%s', (_what, spoil, said) => {
    const given = example()
    spoil(given)
    const read = readDefinition(JSON.stringify(given))
    expect('problems' in read ? read.problems.join('\n') : '').toContain(said)
    expect(settings.safeParse({ definition: JSON.stringify(given) }).success).toBe(false)
  })

  test('what is no JSON', () => {
    const read = readDefinition('{"name":')
    expect('problems' in read && read.problems[0]).toContain('it is not JSON: ')
  })
})
