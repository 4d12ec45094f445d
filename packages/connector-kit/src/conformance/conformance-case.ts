import { type ConnectorError, type ErrorKind, isConnectorError } from '../errors.ts'
import { expect } from './expect.ts'
import type { ConformanceWorld } from './world.ts'

/** One thing that a connector must do, told as a story in a fresh world. */
export type ConformanceCase = { title: string; story(world: ConformanceWorld): Promise<void> }

/** Expects the call to fail with one of these classes and hands the error over. */
export async function refusalOf(call: Promise<unknown>, ...kinds: ErrorKind[]): Promise<ConnectorError> {
  const outcome = await call.then(
    () => 'it succeeded',
    (error: unknown) => error,
  )
  if (!isConnectorError(outcome)) {
    throw new Error(`expected ${kinds.join(' or ')}, but: ${String(outcome)}`, { cause: outcome })
  }
  expect(kinds, `${outcome.name}: ${outcome.message}`).toContain(outcome.kind)
  return outcome
}
