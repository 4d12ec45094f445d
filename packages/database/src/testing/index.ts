import { inject } from 'vitest'
import './global-setup.ts'
import { cloneTemplate, type TestDatabase } from './test-server.ts'

export { type Child, startChild } from './child-process.ts'
export { cutConnections, type Scissors } from './cut-connections.ts'
export { fromEnvironment } from './properties.ts'
export { type SilentProxy, startSilentProxy } from './silent-proxy.ts'
export {
  cloneTemplate,
  makeTemporaryFolder,
  startTestServer,
  type TestDatabase,
  type TestServer,
} from './test-server.ts'

/** A migrated database of its own for one test file (or test): call `drop` when done. Needs the root `vitest.config.ts`. */
export async function createTestDatabase(options: { poolMax?: number } = {}): Promise<TestDatabase> {
  return cloneTemplate(inject('plimsollTestServer'), options)
}
