import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { root } from './root.mjs'
import { StartProblem } from './start-problem.mjs'

const DASHBOARD = path.join(root, 'apps', 'dashboard')
const BUILT = path.join(DASHBOARD, 'dist', 'index.html')
const SOURCES = [DASHBOARD, path.join(root, 'packages', 'client'), path.join(root, 'package-lock.json')]
const NOT_SOURCES = new Set(['dist', 'node_modules', 'test', 'dev'])

/**
 * Builds the dashboard when it was never built or a source is newer than the build.
 * @throws StartProblem with the build's own words when it fails
 */
export async function buildDashboard(node) {
  if (!existsSync(path.join(DASHBOARD, 'index.html'))) return
  if (existsSync(BUILT) && statSync(BUILT).mtimeMs >= Math.max(...SOURCES.map((source) => newestMs(source))))
    return
  process.stderr.write('Building the dashboard …\n')
  const vite = path.join(root, 'node_modules', 'vite', 'bin', 'vite.js')
  const { status, stdout, stderr } = spawnSync(node, [vite, 'build'], { cwd: DASHBOARD, encoding: 'utf8' })
  if (status !== 0)
    throw new StartProblem(`${stdout}${stderr}\nCould not build the dashboard; the reason is above.`)
}

/**
 * When the newest file in here changed. Folders below count too, for a deleted file shows only there;
 * the topmost does not, since the build itself creates `dist` in it.
 */
function newestMs(entry, isTop = true) {
  const entryStat = statSync(entry)
  if (!entryStat.isDirectory()) return entryStat.mtimeMs
  const inside = readdirSync(entry).filter((name) => !NOT_SOURCES.has(name))
  const insideMs = inside.map((name) => newestMs(path.join(entry, name), false))
  return Math.max(isTop ? 0 : entryStat.mtimeMs, ...insideMs)
}
