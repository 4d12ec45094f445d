import { spawn } from 'node:child_process'
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import path from 'node:path'
import { StartProblem } from './start-problem.mjs'

const NPM_MAJOR_MIN = 9

/**
 * Runs npm quietly: the one that started us, else the one on the path.
 * @returns its exit code and all that it printed
 */
export async function runNpm(args, cwd) {
  const own = process.env.npm_execpath
  const isNpm = own !== undefined && /npm-cli\.c?js$/.test(own)
  // npm's own Node, not ours: ours may lie in the node_modules that npm is about to replace.
  const [file, ...before] = isNpm ? [process.env.npm_node_execpath ?? process.execPath, own] : ['npm']
  const cache = cacheWhereHomeCannotBeUsed()
  try {
    return await collect(file, [...before, ...args], {
      cwd,
      shell: process.platform === 'win32' && !isNpm,
      env: { ...withoutScriptSettings(process.env), ...(cache && { npm_config_cache: cache }) },
    })
  } finally {
    if (cache) rmSync(cache, { recursive: true, force: true })
  }
}

/** One sentence on why npm failed, from what it printed. */
export function npmProblem(doing, output) {
  const version = /npm\/(\d+)/.exec(process.env.npm_config_user_agent ?? '')?.[1]
  if (version !== undefined && Number(version) < NPM_MAJOR_MIN) {
    return new StartProblem(`This npm (${version}) is too old: Plimsoll needs npm ${NPM_MAJOR_MIN} or newer.`)
  }
  const cause = causes.find(({ codes }) => codes.test(npmCode(output)))
  if (cause !== undefined) return new StartProblem(`Could not ${doing}: ${cause.says}.`)
  return new StartProblem(`${output.trim()}\nCould not ${doing}: npm failed, and its own words are above.`)
}

/** npm's own word for what went wrong, such as ENOTFOUND; npm 9 writes `npm ERR! code`, later ones `npm error code`. */
export function npmCode(output) {
  return /^npm (?:ERR!|error) code (\w+)/m.exec(output)?.[1] ?? ''
}

const causes = [
  {
    codes:
      /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|ENOTCACHED)$/,
    says: 'npm does not reach its registry; look at the network, the proxy and `npm config get registry`',
  },
  { codes: /^(ENOSPC)$/, says: 'the disk is full' },
  { codes: /^(EROFS|EACCES|EPERM)$/, says: 'this folder, or npm’s cache, may not be written by this user' },
  {
    codes: /^(EBADPLATFORM)$/,
    says: 'a package that it needs does not exist for this operating system and processor',
  },
  {
    codes: /^(E401|E403|ENEEDAUTH)$/,
    says: 'the npm registry refuses access; look at `npm config get registry`',
  },
]

/**
 * npm hands its scripts the settings of the command that started them, such as a workspace or a prefix;
 * in our own call they would change what is installed where.
 */
function withoutScriptSettings(env) {
  const scoped =
    /^npm_config_(workspaces?|include_workspace_root|prefix|local_prefix|global|omit|include|production|only|dry_run)$/i
  return Object.fromEntries(Object.entries(env).filter(([name]) => !scoped.test(name)))
}

/** A cache for this one call where the home folder is missing or closed to us; else npm's own is used. */
function cacheWhereHomeCannotBeUsed() {
  if (process.env.npm_config_cache !== undefined && isWritable(process.env.npm_config_cache)) return undefined
  if (isWritable(homedir())) return undefined
  return mkdtempSync(path.join(tmpdir(), 'plimsoll-npm-'))
}

function isWritable(folder) {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
    return true
  } catch {
    // Missing or closed: for us the same.
    return false
  }
}

function collect(file, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8')
      stream.on('data', (text) => {
        output += text
      })
    }
    child.on('error', (error) => {
      reject(
        error.code === 'ENOENT'
          ? new StartProblem('There is no npm on the path: install Node.js with npm.')
          : error,
      )
    })
    child.on('close', (code) => resolve({ code, output }))
  })
}
