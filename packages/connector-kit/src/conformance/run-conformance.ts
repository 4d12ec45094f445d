import { type Clock, systemClock } from '../clock.ts'
import type { Connector } from '../contract.ts'
import type { ConformanceCase } from './conformance-case.ts'
import { conformanceCases, unclaimedCases } from './conformance-cases.ts'
import type { ConformanceWorld } from './world.ts'

/** One way to try a connector: against its simulator, set up like this. */
export type ConformanceSetup<Settings, Credentials> = {
  connector: Connector<Settings, Credentials>
  /**
   * A fresh world for each case, `createConformanceWorld` around a freshly started simulator. In the tests several cases run
   * at once, so that worlds share nothing.
   */
  start(): Promise<ConformanceWorld>
  /** Cases that no such platform can have, by title, each with the reason: it is shown as not claimed. */
  leavesOut?: readonly { about: RegExp; why: string }[]
}

/** Why a case is left out; undefined: it is owed. */
export function whyLeftOut(
  title: string,
  { leavesOut = [] }: { leavesOut?: ConformanceSetup<unknown, unknown>['leavesOut'] },
): string | undefined {
  return leavesOut.find(({ about }) => about.test(title))?.why
}

/**
 * What `conformance.ts` of a connector's folder exports as `conformance`: the ways in which it is tried, by name
 * (`with a token`, `with client id and secret`). Both `npm test` and `plimsoll conformance` read it.
 */
export type ConformanceSetups<Settings = unknown, Credentials = unknown> = Readonly<
  Record<string, ConformanceSetup<Settings, Credentials>>
>

export type CaseResult =
  | { title: string; outcome: 'ok'; durationMs: number }
  /** `why` in a sentence or two; `where` is the stack of what was thrown. */
  | { title: string; outcome: 'failed'; durationMs: number; why: string; where: string }
  /** The manifest does not declare what it is about. */
  | { title: string; outcome: 'not-claimed'; why: string }

export const CASE_TIMEOUT_MS = 60_000

/**
 * Runs the suite without a test runner: every case that the connector owes, one after the other, each in a world of its
 * own; then names those that it does not claim.
 * @param options.isWanted which cases, by title; all unless given
 * @param options.onResult told of each as it ends
 */
export async function runConformance<Settings, Credentials>(
  setup: ConformanceSetup<Settings, Credentials>,
  options: {
    clock?: Clock
    timeoutMs?: number
    isWanted?: (title: string) => boolean
    onResult?: (result: CaseResult) => void
  } = {},
): Promise<CaseResult[]> {
  const { clock = systemClock, timeoutMs = CASE_TIMEOUT_MS, isWanted = () => true, onResult } = options
  const results: CaseResult[] = []
  const keep = (result: CaseResult): void => {
    results.push(result)
    onResult?.(result)
  }
  for (const each of conformanceCases(setup.connector)) {
    if (!isWanted(each.title)) continue
    const why = whyLeftOut(each.title, setup)
    if (why === undefined) keep(await runCase(each, { start: setup.start, clock, timeoutMs }))
    else keep({ title: each.title, outcome: 'not-claimed', why })
  }
  for (const { title, why } of unclaimedCases(setup.connector)) {
    if (isWanted(title)) keep({ title, outcome: 'not-claimed', why })
  }
  return results
}

async function runCase(
  { title, story }: ConformanceCase,
  { start, clock, timeoutMs }: { start(): Promise<ConformanceWorld>; clock: Clock; timeoutMs: number },
): Promise<CaseResult> {
  const begunMs = clock.monotonic()
  const durationMs = () => Math.round(clock.monotonic() - begunMs)
  let world: ConformanceWorld | undefined
  try {
    world = await start()
    await inTime(story(world), clock, timeoutMs)
  } catch (error) {
    // What went wrong first is what is told; a simulator that cannot be stopped either is not.
    await world?.close().catch(() => undefined)
    return { title, outcome: 'failed', durationMs: durationMs(), ...describe(error) }
  }
  try {
    await world.close()
  } catch (error) {
    const { why, where } = describe(error)
    return {
      title,
      outcome: 'failed',
      durationMs: durationMs(),
      why: `The simulator did not stop: ${why}`,
      where,
    }
  }
  return { title, outcome: 'ok', durationMs: durationMs() }
}

/** A story that takes too long goes on in the background until its world is closed; nobody listens any more. */
async function inTime(story: Promise<void>, clock: Clock, timeoutMs: number): Promise<void> {
  const ended = new AbortController()
  const late = clock.sleep(timeoutMs, ended.signal).then(
    () => {
      throw new Error(`It did not end within ${timeoutMs / 1_000} seconds.`)
    },
    () => undefined, // ended in time
  )
  try {
    await Promise.race([story, late])
  } finally {
    ended.abort()
    story.catch(() => undefined)
  }
}

function describe(error: unknown): { why: string; where: string } {
  if (!(error instanceof Error)) return { why: String(error), where: '' }
  return { why: error.message, where: error.stack ?? '' }
}
