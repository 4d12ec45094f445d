import { expect, test } from 'vitest'
import { listConnectorIds, loadConformance, loadConnectors } from '../packages/connectors/index.ts'
import { connectorsPage } from './connectors-page.ts'
import { read } from './tracked-files.ts'

/** The suites themselves are run by each connector’s own test: what they find is `ok` where this test run is green. */
test('docs/connectors.md says what the manifests and the suites say', async () => {
  const connectors = await loadConnectors()
  const documented = await Promise.all(
    listConnectorIds().map(async (id) => {
      const connector = connectors.get(id)
      if (connector === undefined) throw new Error(`${id} was found and is not there`)
      return { connector, setups: (await loadConformance(id)).setups }
    }),
  )
  const written = unaligned(read('docs/connectors.md'))
  expect(written, 'write it anew: node scripts/make-connectors-page.ts').toBe(
    unaligned(connectorsPage(documented)),
  )
})

test('what is not possible is said with its reason, in English and Chinese', async () => {
  for (const [id, { manifest }] of await loadConnectors()) {
    const said = manifest.capabilities.notPossible ?? []
    for (const { what, why } of said) {
      for (const words of [what, why]) {
        expect(words.en, id).not.toBe('')
        expect(words.zh, id).toMatch(/\p{Script=Han}/u)
      }
    }
  }
})

/** The formatter aligns tables. */
function unaligned(text: string): string {
  return text.trimEnd().replace(/ +/g, ' ').replace(/-{3,}/g, '---')
}
