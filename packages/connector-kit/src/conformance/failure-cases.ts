import type { ChannelOperations } from '../contract.ts'
import type { FaultSettings, ScriptedAnswer } from '../simulator/faults.ts'
import { type ConformanceCase, refusalOf } from './conformance-case.ts'
import { expect } from './expect.ts'
import type { ConformanceWorld } from './world.ts'

const json = { 'content-type': 'application/json' }
const html = { 'content-type': 'text/html' }
const webPage = '<!doctype html><html><body>Checking your browser</body></html>'

/**
 * What goes wrong between the hub and a platform, each told apart by its class.
 * @param callsOf one call of each kind; those of a shop unless given
 */
export function failureCases(callsOf: CallsOf = callsOfShop): ConformanceCase[] {
  const answered: Answered = (world, answer, expectation) =>
    eachCall(world, callsOf, expectation, {
      about: `answered ${answer.status} ${answer.body.slice(0, 40)}`,
      begin: () => world.simulator.faults.answerNext(answer),
      end: () => undefined, // one answer, used up
    })
  const faulty: Faulty = (world, faults, expectation) => {
    const calm = world.simulator.faults.get()
    return eachCall(world, callsOf, expectation, {
      about: `under ${JSON.stringify(faults)}`,
      begin: () => world.simulator.faults.set(faults),
      end: () => world.simulator.faults.set(calm),
    })
  }
  return [
    {
      title: 'failures: 429 with a hint is RateLimited with the hint',
      async story(world) {
        const headers = { ...json, 'retry-after': '3' }
        await answered(world, { status: 429, headers, body: '{"errors":"slow down"}' }, async (call) => {
          expect(await refusalOf(call, 'rate-limited')).toMatchObject({ retryAfterMs: 3_000 })
        })
      },
    },
    {
      title: 'failures: 429 without a hint is RateLimited',
      async story(world) {
        await answered(world, { status: 429, headers: json, body: '{"errors":"slow down"}' }, (call) =>
          refusalOf(call, 'rate-limited'),
        )
      },
    },
    {
      title: 'failures: throttled in the platform’s own words is RateLimited',
      async story(world) {
        await faulty(world, { throttleRate: 1 }, (call) => refusalOf(call, 'rate-limited'))
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
            await answered(world, { status, headers, body }, async (call) => {
              expect(await refusalOf(call, 'unavailable')).toMatchObject({ sent: true })
            })
          }
        },
      }),
    ),
    ...[301, 302, 307, 308].map(
      (status): ConformanceCase => ({
        title: `failures: ${status} is Unavailable, not carried out, and no write is refused for it`,
        async story(world) {
          const location = 'https://shop.example/coming-soon/'
          await answered(world, { status, headers: { ...html, location }, body: webPage }, async (call) => {
            expect(await refusalOf(call, 'unavailable')).toMatchObject({ sent: false })
          })
        },
      }),
    ),
    {
      title: 'failures: a web page with status 200 is Malformed or Unavailable',
      async story(world) {
        await answered(world, { status: 200, headers: html, body: webPage }, (call) =>
          refusalOf(call, 'malformed', 'unavailable'),
        )
      },
    },
    {
      title: 'failures: JSON of another shape is Malformed',
      async story(world) {
        for (const body of ['{}', '[1]', 'null', '{"data":null}', '"text"', '']) {
          await answered(world, { status: 200, headers: json, body }, (call) => refusalOf(call, 'malformed'))
        }
      },
    },
    {
      title: 'failures: truncated JSON is Malformed',
      async story(world) {
        await faulty(world, { malformedRate: 1 }, (call) => refusalOf(call, 'malformed'))
      },
    },
    {
      title: 'failures: a cut connection is Unavailable, possibly carried out',
      async story(world) {
        await faulty(world, { dropResponseRate: 1 }, async (call) => {
          expect(await refusalOf(call, 'unavailable')).toMatchObject({ sent: true })
        })
      },
    },
  ]
}

/** Each kind of call meets one such answer. */
type Answered = (world: ConformanceWorld, answer: ScriptedAnswer, expectation: Expectation) => Promise<void>

/** Each kind of call meets a platform with these faults. */
type Faulty = (
  world: ConformanceWorld,
  faults: Partial<FaultSettings>,
  expectation: Expectation,
) => Promise<void>

type Expectation = (call: Promise<unknown>) => Promise<unknown>

/** Makes each kind of call once with nothing wrong and once with the trouble, which must end as expected. */
async function eachCall(
  world: ConformanceWorld,
  callsOf: CallsOf,
  expectation: Expectation,
  trouble: { about: string; begin(): void; end(): void },
): Promise<void> {
  for (const [name, call] of await callsOf(world)) {
    // A connection of its own for each: a throttled one would hold back the next.
    const operations = world.open()
    await operations.check() // tokens are fetched and preparations made
    await call(operations)
    trouble.begin()
    try {
      await expectation(call(operations))
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new Error(`${name}, ${trouble.about}: ${reason}`, { cause })
    } finally {
      trouble.end()
    }
  }
}

type Call = (operations: ChannelOperations) => Promise<unknown>
/** In this world, one call of each kind that the lane makes, by name. */
export type CallsOf = (world: ConformanceWorld) => Promise<[string, Call][]>

/** One call of each kind that the lane makes; each finds something to read, so that it has to understand the answer. */
export async function callsOfShop(world: ConformanceWorld): Promise<[string, Call][]> {
  const [level] = await world.addProducts(1)
  if (level === undefined) throw new Error('no level came')
  const orderId = await world.buy([{ sku: level.sku, quantity: 1 }])
  return [
    ['listings', (operations) => operations.listings(undefined)],
    ['levels', (operations) => operations.levels([level])],
    [
      'setLevels',
      async (operations) => {
        const shown = (await world.quantityOf(level)) ?? undefined
        return operations.setLevels([world.write(level, 4, shown)])
      },
    ],
    ['orders', (operations) => operations.orders({ since: new Date(0), cursor: undefined })],
    ['order', (operations) => operations.order(orderId)],
  ]
}
