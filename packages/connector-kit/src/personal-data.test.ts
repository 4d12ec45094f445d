import { inspect } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { Malformed } from './errors.ts'
import { unquoted, withoutAnswer, withoutPersonalData, withoutText } from './personal-data.ts'
import { readJson } from './response-body.ts'
import { statusError } from './status-error.ts'

const keys = ['email', 'Phone', 'billing_address']

test('drops keys whatever their case, at any depth, and keeps the rest', () => {
  const order = {
    id: 1,
    Email: 'a@b.example',
    billing_address: { city: 'Graz' },
    lines: [{ sku: 'A', meta: [{ PHONE: '1', note: null }] }],
  }
  const before = structuredClone(order)
  expect(withoutPersonalData(order, keys)).toEqual({ id: 1, lines: [{ sku: 'A', meta: [{ note: null }] }] })
  expect(order).toEqual(before)
})

test('no key is left in any JSON', () => {
  const key = fc.oneof(
    fc.constantFrom('email', 'EMAIL', 'phone', 'Billing_Address', '__proto__', 'sku'),
    fc.string(),
  )
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof({ maxDepth: 4 }, fc.jsonValue(), fc.array(tie('tree')), fc.dictionary(key, tie('tree'))),
  }))
  fc.assert(
    fc.property(tree, (json) => {
      const left = allKeys(withoutPersonalData(json, keys)).map((name) => name.toLowerCase())
      for (const name of ['email', 'phone', 'billing_address']) expect(left).not.toContain(name)
    }),
  )
})

test('of an address only the parts that are named stay, and no text, list or object in their place', () => {
  const address = { key: 'ship_to', keeps: ['City', 'zip'] }
  const kept = (ship_to: unknown) => withoutPersonalData({ order: [{ SHIP_TO: ship_to }] }, [address])
  expect(kept({ name: 'Ada', city: 'Graz', ZIP: 8010 })).toEqual({
    order: [{ SHIP_TO: { city: 'Graz', ZIP: 8010 } }],
  })
  expect(kept({ city: { name: 'Ada' }, zip: ['Ada'] })).toEqual({ order: [{ SHIP_TO: {} }] })
  for (const odd of ['Ada, Graz', ['Ada'], null]) expect(kept(odd)).toEqual({ order: [{}] })
})

test('nothing is left of an answer that cannot be read', async () => {
  const cause = new SyntaxError('Unexpected token in "Ada"')
  const error = new Malformed('order: the answer is not complete JSON', '{"name":"Ada', false, {
    status: 200,
    cause,
  })
  const told = await withoutAnswer(Promise.reject(error)).catch((thrown: unknown) => thrown)
  expect(told).toMatchObject({ message: error.message, body: '', sent: false, platform: { status: 200 } })
  expect(told).not.toHaveProperty('cause')
  const other = new TypeError('a bug')
  await expect(withoutAnswer(Promise.reject(other))).rejects.toBe(other)
})

test('without keys nothing changes', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (json) => {
      expect(JSON.stringify(withoutPersonalData(json, []))).toBe(JSON.stringify(json))
    }),
  )
})

function allKeys(json: unknown): string[] {
  if (Array.isArray(json)) return json.flatMap(allKeys)
  if (typeof json !== 'object' || json === null) return []
  return Object.entries(json).flatMap(([name, value]) => [name, ...allKeys(value)])
}

test('what is read at once is quoted by no error either, and a refusal says nothing of its answer', () => {
  const text = '{"name": "Shopper of o-1"'
  const response = { status: 422, headers: {}, text, date: undefined, durationMs: 0 }
  const read = (within: (read: () => unknown) => unknown) => {
    try {
      return within(() => readJson(response, z.object({ name: z.string() }), 'webhook'))
    } catch (error) {
      return inspect(error, { depth: 9 })
    }
  }
  expect(read((quoted) => quoted())).toContain('Shopper')
  expect(read(unquoted)).not.toContain('Shopper')
  expect(read(unquoted)).toContain('webhook')
  expect(inspect(statusError(response, 'ship'))).toContain('Shopper')
  expect(inspect(statusError(withoutText(response), 'ship'))).not.toContain('Shopper')
  expect(() =>
    unquoted(() => {
      throw new TypeError('ours')
    }),
  ).toThrow('ours')
})
