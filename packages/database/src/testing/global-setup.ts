import type { TestProject } from 'vitest/node'
import { startTestServer, type TestServer } from './test-server.ts'

declare module 'vitest' {
  interface ProvidedContext {
    plimsollTestServer: TestServer
  }
}

/** vitest's global setup: one server for the whole run, found by every worker through `inject`. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startTestServer()
  project.provide('plimsollTestServer', { url: server.url, template: server.template })
  return server.stop
}
