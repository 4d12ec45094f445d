import { expect } from 'vitest'
import type { ChannelOperations } from '../contract.ts'
import type { FaultSettings, ScriptedAnswer } from '../simulator/faults.ts'
import { type ConformanceCase, refusalOf } from './conformance-case.ts'
import type { ConformanceWorld } from './world.ts'

const json = { 'content-type': 'application/json' }
const html = { 'content-type': 'text/html' }
const webPage = '<!doctype html><html><body>Checking your browser</body></html>'

/** What goes wrong between the hub and a platform, each told apart by its class. */
export function failureCases(): ConformanceCase[] {
  return [
    {
      title: 'failures: 429 with a hint is RateLimited with the hint',
      async story(world) {
        const answer = {
          status: 429,
          headers: { ...json, 'retry-after': '3' },
          body: '{"errors":"slow down"}',
        }
        for (const call of callsOf(world)) {
          const error = await refusalOf(answered(world, answer, call), 'rate-limited')
          expect(error).toMatchObject({ retryAfterMs: 3_000 })
        }
      },
    },
    {
      title: 'failures: 429 without a hint is RateLimited',
      async story(world) {
        const answer = { status: 429, headers: json, body: '{"errors":"slow down"}' }
        for (const call of callsOf(world)) await refusalOf(answered(world, answer, call), 'rate-limited')
      },
    },
    {
      title: 'failures: throttled in the platform’s own words is RateLimited',
      async story(world) {
        await faulty(world, { throttleRate: 1 }, async (call, operations) => {
          await refusalOf(call(operations), 'rate-limited')
        })
        expect(world.simulator.faults.counts().throttle, 'the simulator throttled').toBeGreaterThan(0)
      },
    },
    ...[500, 502, 503, 504].map(
      (status): ConformanceCase => ({
        title: `failures: ${status} is Unavailable, possibly carried out`,
        async story(world) {
          for (const [headers, body] of [
            [json, '{"error":"oops"}'],
            [html, webPage],
          ] as const) {
            for (const call of callsOf(world)) {
              const error = await refusalOf(answered(world, { status, headers, body }, call), 'unavailable')
              expect(error).toMatchObject({ sent: true })
            }
          }
        },
      }),
    ),
    {
      title: 'failures: a web page with status 200 is Malformed or Unavailable',
      async story(world) {
        for (const call of callsOf(world)) {
          await refusalOf(
            answered(world, { status: 200, headers: html, body: webPage }, call),
            'malformed',
            'unavailable',
          )
        }
      },
    },
    {
      title: 'failures: JSON of another shape is Malformed',
      async story(world) {
        for (const body of ['{}', '[1]', 'null', '{"data":null}', '"text"', '']) {
          for (const call of callsOf(world)) {
            await refusalOf(answered(world, { status: 200, headers: json, body }, call), 'malformed')
          }
        }
      },
    },
    {
      title: 'failures: truncated JSON is Malformed',
      async story(world) {
        await faulty(world, { malformedRate: 1 }, async (call, operations) => {
          await refusalOf(call(operations), 'malformed')
        })
      },
    },
    {
      title: 'failures: a cut connection is Unavailable, possibly carried out',
      async story(world) {
        await faulty(world, { dropResponseRate: 1 }, async (call, operations) => {
          expect(await refusalOf(call(operations), 'unavailable')).toMatchObject({ sent: true })
        })
      },
    },
  ]
}

type Call = (operations: ChannelOperations) => Promise<unknown>

/** One call of each kind that the lane makes; each finds something to read, so that it has to understand the answer. */
function callsOf(world: ConformanceWorld): Call[] {
  const prepared = prepare(world)
  return [
    async (operations) => operations.listings(undefined),
    async (operations) => operations.levels([(await prepared).level]),
    async (operations) => {
      const { level } = await prepared
      const shown = (await world.quantityOf(level)) ?? undefined
      return operations.setLevels([world.write(level, 4, shown)])
    },
    async (operations) => operations.orders({ since: new Date(0), cursor: undefined }),
    async (operations) => operations.order((await prepared).orderId),
  ]
}

async function prepare(world: ConformanceWorld) {
  const [level] = await world.addProducts(1)
  if (level === undefined) throw new Error('no level came')
  const orderId = await world.buy([{ sku: level.sku, quantity: 1 }])
  return { level: await world.levelOf(level.sku), orderId }
}

/** A connection of its own for each call: a throttled one would hold back the next. */
async function answered(world: ConformanceWorld, answer: ScriptedAnswer, call: Call): Promise<unknown> {
  const operations = world.open()
  await operations.check() // tokens are fetched and preparations made
  await call(operations) // the same call succeeds when nothing is wrong
  world.simulator.faults.answerNext(answer)
  return call(operations)
}

async function faulty(
  world: ConformanceWorld,
  faults: Partial<FaultSettings>,
  expectation: (call: Call, operations: ChannelOperations) => Promise<void>,
): Promise<void> {
  const calm = world.simulator.faults.get()
  for (const call of callsOf(world)) {
    const operations = world.open()
    await operations.check()
    await call(operations)
    world.simulator.faults.set(faults)
    await expectation(call, operations)
    world.simulator.faults.set(calm)
  }
}
