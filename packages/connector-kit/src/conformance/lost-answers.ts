import type { ChannelOperations } from '../contract.ts'
import { type ErrorKind, isConnectorError } from '../errors.ts'
import { refusalOf } from './conformance-case.ts'
import type { ConformanceWorld } from './world.ts'

/** An operation that makes more calls than this for one order has gone round in a circle. */
const CALLS_MAX = 30

/**
 * Makes a call again and again, each time about something new, with its first answer lost, then its second, until it
 * comes through without having met the loss. What was cut off is told once more, as the hub would by itself, and must end
 * as if nothing had happened.
 */
export async function untilNoAnswerIsLost<T>(
  world: ConformanceWorld,
  story: {
    prepare(): Promise<T>
    act(operations: ChannelOperations, about: T): Promise<unknown>
    /** With which classes it may be refused when it is told once more; none unless given. */
    again?: readonly ErrorKind[]
    verify(about: T): Promise<void>
  },
): Promise<void> {
  const { faults } = world.simulator
  for (let spared = 0; spared < CALLS_MAX; spared += 1) {
    const about = await story.prepare()
    // A process of its own: what it knew of the platform is lost with the answer.
    const operations = world.open()
    await operations.check() // tokens are fetched
    const before = faults.counts().dropResponse
    faults.dropAnswerAfter(spared)
    const told = story.act(operations, about)
    // An operation may do without an answer that only helps.
    await told.catch(() => refusalOf(told, 'unavailable'))
    faults.dropAnswerAfter(undefined)
    const isLost = faults.counts().dropResponse > before
    try {
      if (isLost) await tellAgain(story.act(world.open(), about), story.again ?? [])
      await story.verify(about)
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new Error(`with answer ${spared + 1} lost: ${reason}`, { cause })
    }
    if (!isLost) return
  }
  throw new Error(`the call is not done after ${CALLS_MAX} answers`)
}

async function tellAgain(told: Promise<unknown>, allowed: readonly ErrorKind[]): Promise<void> {
  try {
    await told
  } catch (error) {
    if (!isConnectorError(error) || !allowed.includes(error.kind)) throw error
  }
}
