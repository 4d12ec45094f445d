import type { ErrorKind } from '@plimsoll/connector-kit'

/**
 * What stands in a connection's way, and why an event is parked: a code and its facts, so that a screen can say it in its
 * reader's language. What a platform or an error said stays as it is, in `message`; an empty text is "nothing".
 */
export type ToldProblem =
  | { code: Exclude<ErrorKind, 'forbidden'> | 'cannot-open'; facts: { message: string } }
  /** @param scope the right that is missing, by the platform's name */
  | { code: 'forbidden'; facts: { message: string; scope: string } }

export type ToldParked =
  | { code: 'unmapped-sku' | 'empty-kit-sku'; facts: { sku: string; connection: string } }
  | { code: 'unmapped-title' | 'empty-kit-title'; facts: { title: string; connection: string } }
  | { code: 'unreadable' | 'invalid' | 'cannot-apply'; facts: { message: string } }
