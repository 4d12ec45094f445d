import { preview } from 'vite'
import { inject } from 'vitest'
import './built-once.ts'

/** The app as it was built for this run, served before an API that runs elsewhere. */
export async function startSite(apiUrl: string): Promise<{
  address: string
  /** Where the built files are; other tests of the run read them too. */
  folder: string
  stop(): Promise<void>
}> {
  const built = await fetch(inject('plimsollDashboardBuilder'))
  const folder = await built.text()
  if (!built.ok) throw new Error(`The dashboard could not be built: ${folder}`)
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
    stop: () => server.close(),
  }
}
