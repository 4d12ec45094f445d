import type { FormField } from '@plimsoll/client'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bodyOf, emptyOf, faultyField, missingIn, type Section } from './connect-form.ts'

const field = (name: string, rest: Partial<FormField> = {}): FormField => ({
  name,
  kind: 'text',
  title: { en: name, zh: name },
  secret: false,
  required: true,
  options: [],
  ...rest,
})
const settings: Section = {
  part: 'settings',
  fields: [
    field('url'),
    field('port', { kind: 'number', required: false }),
    field('sandbox', { kind: 'switch' }),
    field('markets', { kind: 'choices', default: ['north'] }),
    field('tags', { kind: 'list', required: false }),
  ],
}

test('a form begins with what the connector gives, and asks for what must be there', () => {
  const empty = emptyOf([settings])
  expect(empty).toEqual({
    'settings.url': '',
    'settings.port': '',
    'settings.sandbox': false,
    'settings.markets': ['north'],
    'settings.tags': '',
  })
  expect(missingIn([settings], empty)).toEqual(['settings.url'])
  expect(missingIn([settings], { ...empty, 'settings.url': '  ', 'settings.markets': [] })).toEqual([
    'settings.url',
    'settings.markets',
  ])
})

test('what is sent has the kinds of its fields, and leaves out what is empty and need not be there', () => {
  expect(
    bodyOf(settings, {
      ...emptyOf([settings]),
      'settings.url': 'https://shop.example',
      'settings.port': '8080',
      'settings.tags': 'a, b\n c \n',
    }),
  ).toEqual({
    url: 'https://shop.example',
    port: 8080,
    sandbox: false,
    markets: ['north'],
    tags: ['a', 'b', 'c'],
  })
  expect(bodyOf(settings, emptyOf([settings]))).toEqual({ url: '', sandbox: false, markets: ['north'] })
  // The hub says what is wrong with it.
  expect(bodyOf(settings, { 'settings.port': 'eighty' })).toEqual({ port: 'eighty' })
})

test.each([
  ['settings.url', 'settings.url'],
  ['settings.markets.0', 'settings.markets'],
  ['settings', undefined],
  ['settings.urls', undefined],
  ['name', 'name'],
  ['location', 'location'],
  [undefined, undefined],
])('a fault of %s stands beside %s', (named, expected) => {
  expect(faultyField([settings], named)).toBe(expected)
})

test('whatever is typed: a field that must be there is either missing or sent', () => {
  const kinds = fc.constantFrom('text', 'number', 'switch', 'choice', 'choices', 'list' as const)
  const drawn = fc.uniqueArray(
    fc.record({ name: fc.stringMatching(/^[a-z]{1,6}$/), kind: kinds, required: fc.boolean() }),
    {
      selector: ({ name }) => name,
      maxLength: 6,
    },
  )
  fc.assert(
    fc.property(drawn, fc.array(fc.string()), (fields, texts) => {
      const section: Section = { part: 'given', fields: fields.map(({ name, ...rest }) => field(name, rest)) }
      const typed = Object.fromEntries(
        Object.entries(emptyOf([section])).map(([key, value], at) => [
          key,
          typeof value === 'string'
            ? (texts[at] ?? '')
            : typeof value === 'boolean'
              ? value
              : texts.slice(0, at),
        ]),
      )
      const missing = missingIn([section], typed)
      const body = bodyOf(section, typed)
      for (const { name, required } of section.fields) {
        if (required) expect(missing.includes(`given.${name}`) || name in body).toBe(true)
        else expect(missing).not.toContain(`given.${name}`)
      }
    }),
  )
})
