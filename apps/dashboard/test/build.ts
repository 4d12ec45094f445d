import path from 'node:path'
import { build } from 'vite'

const root = path.join(import.meta.dirname, '..')

/** Builds the dashboard as it is now, where the hub serves it from. */
export async function buildDashboard(): Promise<void> {
  // Vitest says `test`, and Vite would then build the slow, large React for development.
  process.env.NODE_ENV = 'production'
  await build({ root, logLevel: 'error', build: { outDir: path.join(root, 'dist'), emptyOutDir: true } })
}
