import { z } from 'zod'
import { toldFacts } from './told-task.ts'

/** Every way in which the hub says what stands in a connection's way; what a platform answered is the fact `message`. */
export const problemCodes = [
  'unauthorized',
  'forbidden',
  'rate-limited',
  'unavailable',
  'malformed',
  'invalid',
  'not-found',
  'conflict',
  'cannot-open',
] as const
export const toldProblem = z.object({ code: z.enum(problemCodes), facts: toldFacts })
export type ToldProblem = z.infer<typeof toldProblem>

/** Every way in which the hub says why an event is parked. */
export const parkedCodes = [
  'unmapped-sku',
  'unmapped-title',
  'empty-kit-sku',
  'empty-kit-title',
  'unreadable',
  'invalid',
  'cannot-apply',
] as const
export const toldParked = z.object({ code: z.enum(parkedCodes), facts: toldFacts })
export type ToldParked = z.infer<typeof toldParked>
