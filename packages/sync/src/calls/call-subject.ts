import { AsyncLocalStorage } from 'node:async_hooks'

/**
 * What the call under way is about: the writes that it carries, the order that it reads. It goes with the call wherever
 * that waits, also where a connection makes several at once; the connector knows nothing of it.
 */
const subject = new AsyncLocalStorage<readonly string[]>()

/** Runs a call of a connector's operation, about these: `write:ID`, `order:EXTERNAL_ID`, `shipment:ID`, `listing:EXTERNAL_ID`. */
export function callAbout<T>(about: readonly string[] | undefined, call: () => Promise<T>): Promise<T> {
  return about === undefined ? call() : subject.run(about, call)
}

export function subjectOfCall(): readonly string[] {
  return subject.getStore() ?? []
}
