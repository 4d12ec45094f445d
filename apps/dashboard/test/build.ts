import path from 'node:path'
import { build } from 'vite'

const root = path.join(import.meta.dirname, '..')

/** Builds the dashboard as it is now, where the hub serves it from or in a folder of one's own. */
export async function buildDashboard(folder = path.join(root, 'dist')): Promise<void> {
  // Vitest says `test`, and Vite would then build the slow, large React for development.
  process.env.NODE_ENV = 'production'
  await build({ root, logLevel: 'error', build: { outDir: folder, emptyOutDir: true } })
}
