import fc from 'fast-check'
import { expect, test } from 'vitest'
import { assertSamePlaces, placesOf } from './settings-places.ts'

const origin = fc
  .tuple(
    fc.constantFrom('https', 'http', 'sftp', 'ftps'),
    fc.stringMatching(/^[a-z]{1,12}$/),
    fc.integer({ min: 1_024, max: 65_535 }),
  )
  .map(([scheme, host, port]) => `${scheme}://${host}.example:${port}`)
const rest = fc.constantFrom('', '/', '/folder/below', '/a?b=c')

test('wherever an address stands in settings, another server there is refused, another path is not', () => {
  const settings = fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.jsonValue({ maxDepth: 2 }))
  const wrapped = fc.constantFrom(
    (address: string) => ({ url: address }),
    (address: string) => ({ definition: JSON.stringify({ rest: { baseUrl: address } }) }),
    (address: string) => ({ definition: JSON.stringify({ polls: [{ at: address }] }, null, 2) }),
    (address: string) => ({ url: `  ${address}` }),
  )
  fc.assert(
    fc.property(settings, wrapped, origin, origin, rest, rest, (others, wrap, one, other, path, else_) => {
      const before = { ...others, ...wrap(one + path) }
      expect([...placesOf(before).values()]).toContain(one)
      expect(() => assertSamePlaces(before, { ...others, ...wrap(one + else_) })).not.toThrow()
      if (one === other) return
      expect(() => assertSamePlaces(before, { ...others, ...wrap(other + path) })).toThrow(other)
      // Where there was none, nobody has given credentials for it.
      expect(() => assertSamePlaces({}, wrap(other + path))).toThrow(other)
      // Taken back: nothing leads to another than before.
      expect(() => assertSamePlaces(wrap(one + path), {})).not.toThrow()
    }),
  )
})

test.each([
  ['https:evil.example', 'https://evil.example'],
  ['HTTPS://Evil.Example:443/x', 'https://evil.example'],
  ['https:\\\\evil.example', 'https://evil.example'],
  ['{"baseUrl":"https:\\/\\/evil.example\\/v1"}', 'https://evil.example'],
  ['{"baseUrl":"\\u0068ttps://evil.example"}', 'https://evil.example'],
])('%s is read as a client would read it', (text, place) => {
  expect([...placesOf({ text }).values()]).toEqual([place])
})

test('what names no server is none', () => {
  const settings = {
    server: 'folder:scoot',
    way: 'Express: 1000069=1000000456',
    statuses: 'packed=open',
    shop: 'brand.myshopify.com',
    paths: ['inventory=/api/search'],
    broken: '{"url":',
    units: 3,
    none: null,
  }
  expect([...placesOf(settings)]).toEqual([])
})
