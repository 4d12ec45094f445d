import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    plimsollDashboardBuilder: string
  }
}

const DASHBOARD = path.join(import.meta.dirname, '..')

/**
 * vitest's global setup: the dashboard is built for a run once, when the first file asks for it, and never where none does. In a
 * folder of this run alone, and not in `dist`: that is the hub's, and somebody may build it at the same time.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  let building: Promise<string> | undefined
  // Asked over HTTP, since that is how a worker can wait for another process.
  const server = createServer(async (_, response) => {
    building ??= build()
    try {
      response.end(await building)
    } catch (error) {
      response.writeHead(500).end(String(error))
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A run whose tests are done ends, whatever becomes of this.
  server.unref()
  project.provide('plimsollDashboardBuilder', `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  return async () => {
    server.closeAllConnections()
    server.close()
    const folder = await building?.catch(() => undefined)
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
  }
}

/** @returns the folder. @throws Error with what Vite said */
async function build(): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'plimsoll-dashboard-'))
  const vite = path.join(DASHBOARD, '..', '..', 'node_modules', 'vite', 'bin', 'vite.js')
  try {
    await promisify(execFile)(
      process.execPath,
      [vite, 'build', '--logLevel', 'error', '--outDir', folder, '--emptyOutDir'],
      // Vitest says `test`, and Vite would then build the slow, large React for development.
      { cwd: DASHBOARD, env: { ...process.env, NODE_ENV: 'production' } },
    )
    return folder
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
}
