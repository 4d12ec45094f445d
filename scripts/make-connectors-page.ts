/**
 * `node scripts/make-connectors-page.ts` writes docs/connectors.md: runs the conformance suite of each connector (some
 * minutes), and writes nothing where a case fails. `--without-suites` writes what the manifests say alone: for a change of
 * words, since `npm test` runs the suites too. `npm run format` aligns its tables.
 */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { runConformance } from '../packages/connector-kit/src/conformance/suite.ts'
import { listConnectorIds, loadConformance, loadConnectors } from '../packages/connectors/index.ts'
import { connectorsPage, type Documented } from './connectors-page.ts'

const withoutSuites = process.argv.includes('--without-suites')
const connectors = await loadConnectors()
const documented: Documented[] = []
let failed = 0
for (const id of listConnectorIds()) {
  const connector = connectors.get(id)
  if (connector === undefined) throw new Error(`${id} was found and is not there`)
  const { setups } = await loadConformance(id)
  for (const [name, setup] of Object.entries(setups)) {
    if (withoutSuites) continue
    const results = await runConformance(setup)
    for (const result of results) {
      if (result.outcome !== 'failed') continue
      failed += 1
      console.error(`${name}: ${result.title}: ${result.why}`)
    }
    console.error(`${name}: ${results.filter(({ outcome }) => outcome === 'ok').length} ok`)
  }
  documented.push({ connector, setups })
}
if (failed > 0) {
  console.error(`${failed} cases failed; nothing was written.`)
  process.exitCode = 1
} else {
  writeFileSync(path.join(import.meta.dirname, '..', 'docs', 'connectors.md'), connectorsPage(documented))
}
