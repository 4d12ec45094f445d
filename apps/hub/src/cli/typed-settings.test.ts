import { type Connector, defineConnector } from '@plimsoll/connector-kit'
import { loadConnectors } from '@plimsoll/connectors'
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { CommandProblem } from './output.ts'
import { assertCredentials, readSettings } from './typed-settings.ts'

let made: Connector
beforeAll(async () => {
  const shopify = (await loadConnectors()).get('shopify')
  if (shopify === undefined) throw new Error('no connector')
  // A form with a field of each kind, on a connector that is otherwise real.
  const connector = defineConnector<unknown, unknown>({
    ...shopify,
    manifest: {
      ...shopify.manifest,
      id: 'made',
      name: 'Made',
      settings: z.object({
        url: z.string().min(3).meta({ title: 'Address' }),
        port: z.int().min(1).optional().meta({ title: 'Port' }),
        isTest: z.boolean().default(false).meta({ title: 'Test shop' }),
        region: z.enum(['eu', 'na']).default('eu').meta({ title: 'Region' }),
        sites: z
          .array(z.enum(['de', 'fr', 'us']))
          .optional()
          .meta({ title: 'Sites' }),
        tags: z.array(z.string()).optional().meta({ title: 'Tags' }),
      }),
      credentials: z.object({
        key: z.string().min(4, 'at least 4 letters').meta({ title: 'Key', secret: true }),
      }),
    },
  })
  made = connector
})

test('what is typed comes out as the schema has it, whatever was meant', () => {
  const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,9}$/)
  const meant = fc.record(
    {
      url: fc.stringMatching(/^[a-z0-9.=:/]{3,20}$/),
      port: fc.integer({ min: 1, max: 65_535 }),
      isTest: fc.boolean(),
      region: fc.constantFrom('eu', 'na'),
      sites: fc.subarray(['de', 'fr', 'us'], { minLength: 1 }),
      tags: fc.array(word, { minLength: 1, maxLength: 4 }),
    },
    { requiredKeys: ['url'] },
  )
  fc.assert(
    fc.property(meant, fc.constantFrom(',', ', ', ' ,'), (settings, comma) => {
      const typed = Object.fromEntries(
        Object.entries(settings).map(([key, value]) => [
          key,
          Array.isArray(value) ? value.join(comma) : String(value),
        ]),
      )
      expect(readSettings(made, typed)).toEqual(settings)
    }),
  )
})

test('whatever else is typed is refused in one sentence that names a setting, or is what the schema takes', () => {
  const typed = fc.dictionary(
    fc.oneof(
      fc.constantFrom('url', 'port', 'isTest', 'region', 'sites', 'tags'),
      fc.string({ minLength: 1 }),
    ),
    fc.string(),
  )
  fc.assert(
    fc.property(typed, (pairs) => {
      try {
        expect(made.manifest.settings.safeParse(readSettings(made, pairs)).success).toBe(true)
      } catch (error) {
        if (!(error instanceof CommandProblem)) throw error
        expect(error.message).toMatch(/^(Made has no setting "|Made needs the setting "url"|--set \w+: )/s)
      }
    }),
  )
})

test.each([
  [{}, 'Made needs the setting "url" (Address): give it with --set url=….'],
  [{ url: 'a' }, '--set url: Too small'],
  [{ url: 'abc', port: 'x' }, '--set port: give a number.'],
  [{ url: 'abc', port: '' }, undefined],
  [{ url: 'abc', isTest: 'maybe' }, '--set isTest: say true or false.'],
  [{ url: 'abc', region: 'asia' }, '--set region: choose one of eu, na.'],
  [{ url: 'abc', sites: 'de,uk' }, '--set sites: choose among de, fr, us, with commas between them.'],
  [{ url: 'abc', shp: 'x' }, 'Made has no setting "shp".'],
  [{ url: 'abc', constructor: 'x' }, 'Made has no setting "constructor".'],
])('%j', (typed: Record<string, string>, said) => {
  if (said === undefined) expect(readSettings(made, typed)).toEqual({ url: 'abc' })
  else expect(() => readSettings(made, typed)).toThrow(said)
})

test('a refusal says all that the connector takes, in one line', () => {
  expect(() => readSettings(made, {})).toThrow(
    'With --set it takes url (Address), port (Port, optional), isTest (Test shop, optional), region (Region, optional, eu | na), sites (Sites, optional, de | fr | us), tags (Tags, optional); with --credentials key (Key, secret). More: plimsoll connectors made',
  )
})

test('credentials are named by their fields, and never repeated', () => {
  const check = (credentials: unknown) => () =>
    assertCredentials(made, made.manifest.credentials, credentials, 'credentials')
  expect(check({})).toThrow('credentials.key: Key is missing; put it into the JSON file of --credentials.')
  expect(check({ key: 'abc' })).toThrow('credentials.key: Key: at least 4 letters.')
  expect(check({ key: 7 })).toThrow('credentials.key: Key: give a text.')
  expect(check('hush')).toThrow(/^credentials: (?!.*hush)/)
  expect(check({ key: 'hush' })).not.toThrow()
})
