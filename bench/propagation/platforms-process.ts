import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { loadSimulator } from '../../packages/connectors/index.ts'

/** A simulated shop: which connector speaks to it, and what a connection to it is made with. */
export type Platform = { connector: string; name: string; ready: { url: string } }

/** Starts the simulated platforms in one process of their own, each at an address of its own. */
export async function startPlatforms(
  connectors: readonly string[],
): Promise<{ platforms: Platform[]; stop(): Promise<void> }> {
  const child = fork(fileURLToPath(import.meta.url), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const platforms = await new Promise<Platform[]>((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code) => reject(new Error(`the platforms' process ended with ${code}`)))
    // Sent by `runPlatforms` of this very file.
    child.on('message', (started) => resolve(started as Platform[]))
    child.send(connectors)
  })
  return {
    platforms,
    stop: async () => {
      child.disconnect()
      await ended
    },
  }
}

/** On Shopify's largest plan: the limits of a small one would be all that is measured. */
const OPTIONS: Readonly<Record<string, object>> = {
  shopify: { bucket: { capacity: 20_000, restoreRate: 1_000 } },
}

async function runPlatforms(connectors: readonly string[]): Promise<void> {
  const running = await Promise.all(
    connectors.map(async (connector, nth) => {
      const start = await loadSimulator(connector)
      if (start === undefined) throw new Error(`there is no simulator "${connector}"`)
      const name = `Shop ${nth + 1}`
      // Each is another shop: what it allows is for it alone.
      const simulator = await start({ name, domain: `shop-${nth + 1}.myshopify.com`, ...OPTIONS[connector] })
      return { connector, name, simulator }
    }),
  )
  process.send?.(
    running.map(({ connector, name, simulator: { url, settings, credentials } }) => ({
      connector,
      name,
      ready: { url, settings, credentials },
    })),
  )
  process.once('disconnect', () => process.exit(0))
}

if (process.send !== undefined && process.argv[1] === fileURLToPath(import.meta.url)) {
  // Sent by `startPlatforms`.
  process.once('message', (connectors) => void runPlatforms(connectors as string[]))
}
