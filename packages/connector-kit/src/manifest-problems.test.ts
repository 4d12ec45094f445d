import { expect, test } from 'vitest'
import { z } from 'zod'
import { sampleConnector } from './conformance/sample/sample-connector.ts'
import type { Connector } from './contract.ts'
import { manifestProblems } from './manifest-problems.ts'

// As it comes out of a folder: its settings and credentials are unknown.
const sample = sampleConnector as Connector
const changed = (manifest: object): Connector => ({
  ...sample,
  manifest: { ...sample.manifest, ...manifest },
})

test('nothing is wrong with the sample', () => {
  expect(manifestProblems(sample)).toEqual([])
})

const { capabilities } = sample.manifest

test.each([
  ['an id that is no folder name', { id: 'My Shop' }, 'manifest.id: use 2 to 40 small letters'],
  ['no name', { name: undefined }, 'manifest.name: '],
  ['a colour in words', { colour: 'red' }, 'manifest.colour: write it as #336699.'],
  ['no batch', { capabilities: { ...capabilities, batchMax: 0 } }, 'manifest.capabilities.batchMax: '],
  [
    'an unknown way to write',
    { capabilities: { ...capabilities, writeStyle: 'guess' } },
    'manifest.capabilities.writeStyle: ',
  ],
  ['no capabilities', { capabilities: undefined }, 'manifest.capabilities: '],
  ['no credentials', { credentials: undefined }, 'manifest.credentials: give a Zod schema.'],
  ['a form of no object', { settings: z.string() }, 'manifest.settings: a form is drawn of an object.'],
  [
    'two budgets of one name',
    { budgets: [...sample.manifest.budgets, { kind: 'concurrency', name: 'calls', max: 1 }] },
    'manifest.budgets: two are called "calls".',
  ],
])('%s is named', (_what, manifest, said) => {
  const [problem] = manifestProblems(changed(manifest))
  expect(problem).toContain(said)
})
