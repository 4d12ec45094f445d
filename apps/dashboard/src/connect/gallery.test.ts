import { expect, test } from 'vitest'
import type { ConnectorForms } from './access-form.tsx'
import { kindsOf, tilesOf } from './gallery.ts'

const plain = { colour: '#000000', regions: [], can: [], settings: [], credentials: [] }
const shop: ConnectorForms = { ...plain, id: 'shop', name: 'Corner Shop', kind: 'channel' }
const depot: ConnectorForms = {
  ...plain,
  id: 'depot',
  name: 'By files',
  kind: 'warehouse',
  samples: { names: ['Scoot'] },
}

test.each([
  ['', 'all', ['By files', 'Corner Shop', 'Scoot']],
  ['sho', 'all', ['Corner Shop']],
  ['hop', 'all', []],
  ['shop cor', 'channel', ['Corner Shop']],
  ['', 'warehouse', ['By files', 'Scoot']],
  ['shop', 'warehouse', []],
] as const)('"%s" among %s finds %j', (search, kind, names) => {
  const found = tilesOf([shop, depot], { search, kind })
  expect(found.map(({ connector, name }) => name ?? connector.name)).toEqual(names)
})

test('kinds are offered where there is a choice', () => {
  expect(kindsOf([shop, depot])).toEqual(['all', 'channel', 'warehouse'])
  expect(kindsOf([shop])).toEqual([])
})
