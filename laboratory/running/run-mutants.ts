import { spawn } from 'node:child_process'
import path from 'node:path'
import { startTestServer } from '../../packages/database/src/testing/test-server.ts'
import { likeliestSeedOf, listMutants, makeMutantTree } from './mutant-tree.ts'

export type MutantsResult = { total: number; caught: number; survivors: string[] }

/** A run waits for its database most of the time. */
const AT_ONCE = 2

type Summary = { seeds: number; failed: number[] }

/**
 * Plays the ordinary seeds against each mutant, in a copy of the code, until one seed fails. One server serves them
 * all; each migrates a template of its own, since a mutant may change migrations too.
 */
export async function runMutants(options: {
  from: number
  count: number
  named: readonly string[] | undefined
  say(text: string): void
}): Promise<MutantsResult> {
  const names = listMutants().filter((name) => options.named === undefined || options.named.includes(name))
  const survivors: string[] = []
  const server = await startTestServer()
  try {
    const waiting = [...names]
    const workOff = async () => {
      for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
        const caughtBy = await runMutant(name, server.url, options)
        if (caughtBy === undefined) survivors.push(name)
        const outcome = caughtBy === undefined ? `SURVIVED ${options.count} seeds` : `was caught: ${caughtBy}`
        options.say(`mutant ${name} ${outcome}`)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, workOff))
  } finally {
    await server.stop()
  }
  return { total: names.length, caught: names.length - survivors.length, survivors: survivors.sort() }
}

/** @returns by what it was caught; undefined: it was not */
async function runMutant(
  name: string,
  serverUrl: string,
  { from, count }: { from: number; count: number },
): Promise<string | undefined> {
  const tree = makeMutantTree(name)
  try {
    const program = path.join(tree.folder, 'laboratory', 'main.ts')
    const likeliest = likeliestSeedOf(name)
    const asked = ['--seeds', String(count), '--from', String(from), '--until-failure', '--json']
    if (likeliest !== undefined) asked.push('--first', likeliest)
    const { output, said } = await runUnkilled([program, ...asked], tree.folder, serverUrl)
    const lines = said.trim().split('\n')
    const last = output.trim().split('\n').at(-1) ?? ''
    // Code that cannot even be loaded says nothing of the laboratory.
    const unloaded = lines.find((line) => NOT_LOADED.test(line))
    if (last === '' && unloaded !== undefined)
      throw new Error(`mutant ${name} does not load: ${unloaded.trim()}`)
    // An error that nobody caught ends the process, as it would end the hub.
    if (last === '') return `it broke down: ${lines.find((line) => /Error/.test(line))?.trim() ?? said}`
    const [seed] = (JSON.parse(last) as Summary).failed
    if (seed === undefined) return undefined
    return `seed ${seed}, ${lines.at(-1)?.trim() ?? ''}`
  } finally {
    tree.remove()
  }
}

const NOT_LOADED = /SyntaxError|ERR_MODULE_NOT_FOUND|ERR_INVALID_TYPESCRIPT_SYNTAX|ReferenceError/

/** Whoever runs short of memory kills what has most of it, which says nothing of the mutant. */
const TRIES_MAX = 3

async function runUnkilled(...asked: Parameters<typeof run>): ReturnType<typeof run> {
  for (let tries = 1; ; tries += 1) {
    const ended = await run(...asked)
    if (ended.code !== null) return ended
    if (tries >= TRIES_MAX) throw new Error(`a run of a mutant was killed ${tries} times: ${ended.said}`)
  }
}

function run(
  program: readonly string[],
  folder: string,
  serverUrl: string,
): Promise<{ code: number | null; output: string; said: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, program, {
      cwd: folder,
      env: { ...process.env, PLIMSOLL_TEST_DATABASE_URL: serverUrl },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, output, said }))
  })
}
