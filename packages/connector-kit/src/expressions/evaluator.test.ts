import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { allowedMs, isWorthAnotherTry } from './evaluation.ts'
import { ExpressionProblem, evaluate } from './evaluator.ts'

// The thread is started anew after each expression that killed it.
vi.setConfig({ testTimeout: 60_000 })

const now = Date.UTC(2026, 10, 26)
const one = async (expression: string, input: unknown = {}, timeoutMs?: number) => {
  const [result] = await evaluate({
    expression,
    inputs: [input],
    now,
    ...(timeoutMs !== undefined && { timeoutMs }),
  })
  return result
}

test('each input by itself, in their order; one that fails does not spoil the others', async () => {
  const inputs = [{ a: 1 }, { a: 'x' }, { b: 1 }, { a: 3 }]
  expect(await evaluate({ expression: 'a + 1', inputs, now })).toEqual([
    { value: 2 },
    { problem: expect.stringContaining('must evaluate to a number') },
    { value: undefined },
    { value: 4 },
  ])
  const many = Array.from({ length: 1_201 }, (_, at) => ({ at }))
  const read = await evaluate({ expression: 'at * 2', inputs: many, now })
  expect(read.map((each) => ('value' in each ? each.value : each))).toEqual(many.map(({ at }) => at * 2))
})

test('time stands still, and nothing is left to chance', async () => {
  expect(await one('$now()')).toEqual({ value: '2026-11-26T00:00:00.000Z' })
  expect(await one('$millis()')).toEqual({ value: now })
  expect(await one('$random()')).toMatchObject({
    problem: expect.stringContaining('$random is not to be had here'),
  })
  expect(await one("$eval('1+1')")).toMatchObject({
    problem: expect.stringContaining('$eval is not to be had here'),
  })
})

test.each([
  ['a tail call without an end', '($f := function($n){ $f($n + 1) }; $f(0))'],
  ['a recursion without an end', '($f := function($n){ 1 + $f($n + 1) }; $f(0))'],
  ['a long list', '[0..9999999].{ "x": $ }'],
  ['lists of lists', '[1..5000].[1..5000].[1..5000]'],
  ['a regular expression that backtracks', `$match("${'a'.repeat(40)}!", /(a+)+$/)`],
  [
    'a text that doubles',
    '($f := function($t, $n){ $n = 0 ? $t : $f($t & $t, $n - 1) }; $length($f("0123456789", 40)))',
  ],
  ['a text that is padded', '$pad("", 1000000000)'],
  [
    'memory for ever',
    '($f := function($l, $n){ $n = 0 ? $count($l) : $f($append($l, [1..100000]), $n - 1) }; $f([], 100000))',
  ],
])('%s ends, and the hub lives on', async (_what, expression) => {
  const outcome = await one(expression, {}, 1_000).catch((error: unknown) => error)
  const isProblem = outcome instanceof ExpressionProblem
  const hasProblem = typeof outcome === 'object' && outcome !== null && 'problem' in outcome
  expect(isProblem || hasProblem, JSON.stringify(outcome)).toBe(true)
  expect(await one('1 + 1')).toEqual({ value: 2 })
})

test('hundreds of jobs are as good as one: what they leave behind kills nobody', async () => {
  const row = { text: 'x'.repeat(20_000) }
  for (let at = 0; at < 45; at += 1) {
    const some = Array.from({ length: 10 }, (_, nth) => one('$length(text) + nth', { ...row, nth }))
    expect(await Promise.all(some)).toEqual(Array.from({ length: 10 }, (_, nth) => ({ value: 20_000 + nth })))
  }
})

test('others who wait while a thread dies are served by the next', async () => {
  const bad = one('($f := function($n){ $f($n + 1) }; $f(0))', {}, 500).catch(() => 'ended')
  const hungry = one('[1..200].[1..100000]', {}, 2_000).catch(() => 'ended')
  const good = Promise.all(Array.from({ length: 5 }, (_, at) => one('at', { at })))
  expect(await good).toEqual([0, 1, 2, 3, 4].map((value) => ({ value })))
  await Promise.all([bad, hungry])
})

test.each([
  'constructor',
  '$.constructor.constructor("return process")()',
  '__proto__',
  '"".constructor',
  '$string.constructor("return process")()',
  '($f := $sum.constructor; $f("return globalThis.process")())',
  '$lookup($, "constructor")("return process")()',
  '$.toString.constructor("return this.process.env")()',
  '$each($, function($v){ $v.constructor.constructor("return process")() })',
  'process',
  'globalThis.process',
  'require("node:fs")',
  '$process',
  '$ ~> |$|{ "__proto__": { "polluted": true } }|',
])('%s reaches nothing of the hub', async (expression) => {
  const outcome = await one(expression, { a: { b: 1 } }).catch((error: unknown) => String(error))
  const said = JSON.stringify(outcome)
  expect(said).not.toMatch(/execPath|\bpid\b|node:|env/)
  expect(Reflect.get({}, 'polluted')).toBeUndefined()
  expect(await one('$exists(polluted)')).toEqual({ value: false })
})

test('what one leaves behind another does not find', async () => {
  await one('($lookup := 7; $sum := function(){ 1 }; $)', {}).catch(() => undefined)
  expect(await one('$sum([1, 2, 3])')).toEqual({ value: 6 })
})

test('what is none is said to be none', async () => {
  await expect(one('a +')).rejects.toThrow(ExpressionProblem)
})

test('what was broken off says what it lacked', async () => {
  const hang = '($f := function($n){ $f($n + 1) }; $f(0))'
  await expect(one(hang, {}, 200)).rejects.toMatchObject({
    message: 'it took more than 200 ms',
    lacked: 'time',
  })
  const hungry = '[1..2000].{ "a": [1..150000] }'
  await expect(one(hungry, {}, 60_000)).rejects.toMatchObject({
    message: expect.stringMatching(/^it took more than \d+ MB$/),
    lacked: 'memory',
  })
})

test('a job may compute as long on a busy machine as on an idle one, and a hang ends on both', () => {
  const anyJob = fc.record({
    /** Of the machine, that the thread gets. */
    share: fc.double({ min: 1 / 16, max: 1, noNaN: true }),
    timeoutMs: fc.integer({ min: 100, max: 10_000 }),
    /** Of the time that it may compute, that it needs; beyond 1 it hangs. */
    needs: fc.oneof(fc.double({ min: 0, max: 0.79, noNaN: true }), fc.constant(Number.POSITIVE_INFINITY)),
  })
  fc.assert(
    fc.property(anyJob, ({ share, timeoutMs, needs }) => {
      let passedMs = 0
      for (let wallMs = timeoutMs; ; wallMs *= 2) {
        const computedMs = wallMs * share
        if (needs * timeoutMs <= computedMs) break
        passedMs += wallMs
        if (!isWorthAnotherTry({ computedMs, wallMs, timeoutMs })) {
          expect(needs).toBe(Number.POSITIVE_INFINITY)
          break
        }
      }
      expect(passedMs).toBeLessThanOrEqual(31 * timeoutMs)
    }),
  )
})

test('the larger the input, the longer it may take', () => {
  expect(allowedMs(2_000, '[]')).toBe(2_000)
  expect(allowedMs(2_000, ' '.repeat(30_000_000))).toBe(8_000)
})

// As on a machine that is put to sleep, or that gives its time to others.
test('a process that stood still in the middle of an expression goes on with it', async () => {
  const evaluator = new URL('./evaluator.ts', import.meta.url).href
  const script = `
    import { evaluate } from ${JSON.stringify(evaluator)}
    const run = (expression) => evaluate({ expression, inputs: [{}], now: 0, timeoutMs: 2_000 })
    await run('1')
    console.log('begun')
    console.log(await run('$sum([1..100000].($ * 2))').then(([{ value }]) => value, (error) => error.message))`
  const child = spawn(process.execPath, ['--input-type=module-typescript', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  for await (const part of child.stdout.setEncoding('utf8')) {
    if (said === '') {
      child.kill('SIGSTOP')
      setTimeout(() => child.kill('SIGCONT'), 2_300)
    }
    said += part
  }
  if (child.exitCode === null) await once(child, 'exit')
  expect(said.split('\n')).toContain(String(100_001 * 100_000))
})
