import { channel } from 'node:diagnostics_channel'
import { Worker } from 'node:worker_threads'
import { z } from 'zod'
import {
  allowedMs,
  JOBS_MAX,
  type Job,
  type JobResult,
  MEMORY_MB,
  STEP_LIMITS,
  TIMEOUT_MS,
} from './evaluation.ts'

/** One row through an expression: a value (undefined where it found nothing), or what was wrong. */
export type Evaluated = { value: unknown } | { problem: string }

/** An expression that could not be run at all: it hung, took too much memory, or is none. */
export class ExpressionProblem extends Error {
  /** What it would have needed more of: smaller pages need less. Undefined for what is wrong however small they are. */
  readonly lacked: 'time' | 'memory' | undefined
  constructor(message: string, lacked?: 'time' | 'memory') {
    super(message)
    this.lacked = lacked
  }
}

/** Told `{ id, isDone }` of each job, for whoever wants to know whether anything is being computed (a simulated clock). */
export const EXPRESSION_JOBS = 'plimsoll:expressions:job'
const jobs = channel(EXPRESSION_JOBS)

export type Evaluation = {
  expression: string
  inputs: readonly unknown[]
  /** Beside the input, as `$name`. */
  bindings?: Readonly<Record<string, unknown>>
  /** Milliseconds since the epoch: what `$now()` and `$millis()` say. */
  now: number
  /** Of computing, for 500 inputs; what is large is given more. */
  timeoutMs?: number
}

const outcome = z.union([
  z.object({
    results: z.array(
      z.union([z.strictObject({ problem: z.string() }), z.strictObject({ value: z.unknown().optional() })]),
    ),
  }),
  z.object({ problem: z.string() }),
])

type Waiting = {
  job: Job
  /** A thread has died over it. */
  isSecond: boolean
  resolve(outcome: string): void
  reject(problem: ExpressionProblem): void
}
type Thread = { worker: Worker; waiting: Map<number, Waiting>; done: number }

let thread: Thread | undefined
let lastId = 0

/**
 * Runs an expression over each input, in the thread that all connections of this process share.
 * @returns one for each input, in their order
 * @throws ExpressionProblem
 */
export async function evaluate(evaluation: Evaluation): Promise<Evaluated[]> {
  const { expression, inputs, bindings = {}, now, timeoutMs = TIMEOUT_MS } = evaluation
  const results: Evaluated[] = []
  // What has to end in time is some rows, however long the list is.
  for (let from = 0; from < inputs.length; from += ROWS_AT_ONCE) {
    results.push(...(await evaluateSome(inputs.slice(from, from + ROWS_AT_ONCE))))
  }
  return results

  async function evaluateSome(some: readonly unknown[]): Promise<Evaluated[]> {
    const text = JSON.stringify({
      expression,
      inputs: some,
      bindings,
      limits: STEP_LIMITS,
      now: new Date(now).toISOString(),
    })
    const read = outcome.parse(JSON.parse(await runJob({ text, timeoutMs: allowedMs(timeoutMs, text) })))
    if ('problem' in read) throw new ExpressionProblem(read.problem)
    return read.results.map((each) => ('problem' in each ? each : { value: each.value }))
  }
}

const ROWS_AT_ONCE = 500

function runJob(job: Omit<Job, 'id'>): Promise<string> {
  lastId += 1
  const id = lastId
  jobs.publish({ id, isDone: false })
  return new Promise<string>((resolve, reject) =>
    post({ job: { id, ...job }, isSecond: false, resolve, reject }),
  ).finally(() => jobs.publish({ id, isDone: true }))
}

function post(waiter: Waiting): void {
  thread ??= startThread()
  const { worker, waiting } = thread
  // A process that only waits for this must not end before the answer.
  if (waiting.size === 0) worker.ref()
  waiting.set(waiter.job.id, waiter)
  worker.postMessage(waiter.job)
}

function startThread(): Thread {
  const worker = new Worker(new URL('./evaluator-worker.ts', import.meta.url), {
    // Nothing of this process is told to it.
    env: {},
    argv: [],
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 },
  })
  worker.unref()
  const started: Thread = { worker, waiting: new Map<number, Waiting>(), done: 0 }
  worker.on('message', (result: JobResult) => {
    const waiter = started.waiting.get(result.id)
    started.waiting.delete(result.id)
    started.done += 1
    // The worlds of earlier jobs are not given back as fast as they are made.
    if (started.done >= JOBS_MAX && thread === started) thread = undefined
    if (started.waiting.size === 0) {
      worker.unref()
      if (thread !== started) void worker.terminate()
    }
    if ('outcome' in result) waiter?.resolve(result.outcome)
    else waiter?.reject(new ExpressionProblem(result.problem, result.lacked))
  })
  const ended = (why: string, lacked?: 'memory') => {
    if (thread === started) thread = undefined
    const [guilty, ...others] = started.waiting.values()
    started.waiting.clear()
    // Jobs are done one after the other: the oldest was under way. The others have done nothing wrong; nor, maybe, has
    // it: what earlier jobs left behind counts too. A second thread that dies over it leaves no doubt.
    if (guilty?.isSecond === true) guilty.reject(new ExpressionProblem(why, lacked))
    else if (guilty !== undefined) post({ ...guilty, isSecond: true })
    for (const each of others) post(each)
  }
  worker.on('error', (error) => {
    const isMemory = 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
    if (isMemory) ended(`it took more than ${MEMORY_MB} MB`, 'memory')
    else ended(error.message)
  })
  worker.on('exit', () => ended('the thread that runs expressions has ended'))
  return started
}
