import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { constants, createContext, Script } from 'node:vm'
import { parentPort } from 'node:worker_threads'
import { isWorthAnotherTry, type Job, type JobResult } from './evaluation.ts'

/**
 * Runs expressions that people outside of the house have written, in a thread of their own with memory of their own,
 * in a JavaScript world that has nothing of ours in it: no `process`, no `require`, no object of this world, and no
 * making of code from text, so that even a hole in JSONata leads nowhere. Only texts pass in and out. A job that computes
 * too long is broken off, in the middle of a regular expression too; one that was kept from computing is tried again. Every job has a world of its own, so that none can
 * leave anything behind for the next.
 */
const jsonata = new Script(
  `(() => { const module = { exports: {} }, exports = module.exports; ${readFileSync(
    createRequire(import.meta.url).resolve('jsonata'),
    'utf8',
  )}\n; globalThis.jsonata = module.exports })()`,
  { filename: 'jsonata.js' },
)

const run = new Script(
  `(async () => {
    const { expression, inputs, bindings, limits, now } = JSON.parse(job)
    const said = (error) => String(error && error.message || error).slice(0, 500)
    const refuse = (name) => () => { throw new Error('$' + name + ' is not to be had here') }
    // Two runs over one answer must say the same, and nothing may be run that was not checked.
    const known = { ...bindings, now: () => now, millis: () => Date.parse(now), random: refuse('random'), eval: refuse('eval') }
    const read = jsonata(expression, limits)
    const results = []
    for (const input of inputs) {
      try {
        const value = await read.evaluate(input, known)
        results.push(typeof value === 'function' || value === undefined ? {} : { value })
      } catch (error) {
        results.push({ problem: said(error) })
      }
    }
    outcome = JSON.stringify({ results })
  })().catch((error) => { outcome = JSON.stringify({ problem: String(error && error.message || error).slice(0, 500) }) })`,
  { filename: 'expression.js' },
)

function work(job: Job): string {
  for (let wallMs = job.timeoutMs; ; wallMs *= 2) {
    const before = process.threadCpuUsage()
    try {
      return workWithin(job.text, wallMs)
    } catch (error) {
      if (!hasTimedOut(error)) throw error
      const { user, system } = process.threadCpuUsage(before)
      const computedMs = (user + system) / 1_000
      if (!isWorthAnotherTry({ computedMs, wallMs, timeoutMs: job.timeoutMs })) throw error
    }
  }
}

function workWithin(text: string, wallMs: number): string {
  const world = createContext(constants.DONT_CONTEXTIFY, {
    codeGeneration: { strings: false, wasm: false },
    // Promises of this world go no further than the run that it gets.
    microtaskMode: 'afterEvaluate',
  })
  jsonata.runInContext(world)
  world.job = text
  world.outcome = ''
  run.runInContext(world, { timeout: wallMs })
  const outcome: unknown = world.outcome
  if (typeof outcome !== 'string' || outcome === '') throw new Error('it did not end')
  return outcome
}

/** What is thrown may be of the other world: no Error of this one. */
function hasTimedOut(error: unknown): boolean {
  return Reflect.get(Object(error), 'code') === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
}

parentPort?.on('message', (job: Job) => {
  const answer = (result: JobResult) => parentPort?.postMessage(result)
  try {
    answer({ id: job.id, outcome: work(job) })
  } catch (error) {
    if (hasTimedOut(error))
      answer({ id: job.id, problem: `it took more than ${job.timeoutMs} ms`, lacked: 'time' })
    else answer({ id: job.id, problem: String(Reflect.get(Object(error), 'message') ?? error).slice(0, 500) })
  }
})
