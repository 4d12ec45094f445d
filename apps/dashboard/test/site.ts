import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { preview } from 'vite'
import { buildDashboard } from './build.ts'

/**
 * The built app, served before an API that runs elsewhere. Not from `dist`: that is the hub's, and a test that builds it
 * may run at the same time.
 */
export async function startSite(apiUrl: string): Promise<{
  address: string
  /** Where the built files are. */
  folder: string
  stop(): Promise<void>
}> {
  const folder = mkdtempSync(path.join(tmpdir(), 'plimsoll-dashboard-'))
  await buildDashboard(folder)
  const server = await preview({
    root: `${import.meta.dirname}/..`,
    build: { outDir: folder },
    preview: {
      port: 0,
      host: '127.0.0.1',
      // A hub takes writes from its own origin alone.
      proxy: { '/api': { target: apiUrl, changeOrigin: true, headers: { origin: apiUrl } } },
    },
  })
  return {
    address: server.resolvedUrls?.local[0]?.replace(/\/$/, '') ?? '',
    folder,
    stop: async () => {
      await server.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
