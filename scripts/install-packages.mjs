import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { npmCode, npmProblem, runNpm } from './npm.mjs'
import { root } from './root.mjs'

const LOCK = path.join(root, 'package-lock.json')
const STAMP = path.join(root, 'node_modules', '.plimsoll-installed')
const QUIET = ['--no-audit', '--no-fund', '--engine-strict=false']

/**
 * Installs the packages of package-lock.json where they are not. A stamp in node_modules makes the usual case cheap;
 * without it, what npm says is installed is compared with the lock, so that a developer's own `npm install` counts.
 * @throws StartProblem with the reason in a sentence
 */
export async function installPackages() {
  const wanted = stampOf(readFileSync(LOCK))
  if (readIfThere(STAMP) === wanted) return
  if (!isInstalled(JSON.parse(readFileSync(LOCK, 'utf8')))) await install()
  writeFileSync(STAMP, wanted)
}

async function install() {
  process.stderr.write('Installing packages (once, a minute or so) …\n')
  let { code, output } = await runNpm(['ci', ...QUIET], root)
  // npm 11 counts a lock as out of step when the registry lacks an optional package of another platform.
  if (code !== 0 && npmCode(output) === 'EUSAGE') {
    ;({ code, output } = await runNpm(['install', '--no-save', ...QUIET], root))
  }
  if (code !== 0) throw npmProblem('install the packages', output)
}

/** Another processor or operating system sharing the folder needs packages of its own. */
function stampOf(lock) {
  return `${createHash('sha256').update(lock).digest('hex')} ${process.platform}-${process.arch}`
}

/** Whether npm's own record in node_modules names every package of the lock in its version, and each folder is there. */
function isInstalled(lock) {
  const record = readIfThere(path.join(root, 'node_modules', '.package-lock.json'))
  if (record === undefined) return false
  const installed = JSON.parse(record).packages
  return Object.entries(lock.packages).every(([folder, { version, link, optional }]) => {
    if (!folder.includes('node_modules/') || optional) return true
    return (link || installed[folder]?.version === version) && existsSync(path.join(root, folder))
  })
}

function readIfThere(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}
