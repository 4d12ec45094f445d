import { fromEnvironment } from '@plimsoll/connector-kit/conformance'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { childrenOf, readXml, textOf, writeXml } from './xml.ts'

/** What XML 1.0 can hold; carriage returns are read as line feeds, as the standard says. */
const character = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 1 })
  .filter((text) => /^[\t\n\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]$/u.test(text))
const texts = fc.array(character, { minLength: 1, maxLength: 30 }).map((each) => each.join(''))

test('text comes back as it was, whatever it holds', () => {
  fc.assert(
    fc.property(fc.array(texts, { minLength: 1, maxLength: 5 }), (values) => {
      const root = readXml(writeXml('List', { Value: values }))
      expect(childrenOf(root, 'Value').map(({ text }) => text)).toEqual(values)
    }),
    fromEnvironment(),
  )
})

test('what XML cannot hold is Invalid, not dropped', () => {
  expect(() => writeXml('SKU', 'a\u0000b')).toThrow(expect.objectContaining({ kind: 'invalid' }))
  expect(() => writeXml('SKU', 'a\u000bb')).toThrow(expect.objectContaining({ kind: 'invalid' }))
})

test('prefixes, CDATA and blanks do not matter; what is missing is undefined, never empty', () => {
  const root = readXml('<e:R xmlns:e="urn:x"><e:A> <![CDATA[x < y]]> </e:A><B/></e:R>')
  expect(root.name).toBe('R')
  expect(textOf(root, 'A')).toBe('x < y')
  expect(textOf(root, 'B')).toBeUndefined()
  expect(textOf(root, 'C', 'D')).toBeUndefined()
})

test('what is no whole document is refused, entities of one’s own among it', () => {
  const bomb = '<!DOCTYPE a [<!ENTITY b "cccccccccc">]><a>&b;</a>'
  const deep = `${'<a>'.repeat(100)}${'</a>'.repeat(100)}`
  for (const text of [
    '',
    'null',
    '{}',
    '[1]',
    '<a>',
    '<a></b>',
    '<a/><b/>',
    '<!doctype html><html></html>',
    bomb,
    deep,
  ]) {
    expect(() => readXml(text), text.slice(0, 40)).toThrow()
  }
})

test('cut off anywhere it is refused', () => {
  const whole = writeXml('GetItemResponse', {
    Ack: 'Success',
    Item: { ItemID: '110', Title: 'Tea & "more"' },
  })
  fc.assert(
    fc.property(fc.integer({ min: 0, max: whole.length - 1 }), (end) => {
      expect(() => readXml(whole.slice(0, end))).toThrow()
    }),
    fromEnvironment(),
  )
})
