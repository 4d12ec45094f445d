/** States what cannot happen; kept on in production. A broken one stops that command and parks its input. */
export function assert(condition: boolean, statement: string): asserts condition {
  if (!condition) throw new AssertionFailed(statement)
}

export class AssertionFailed extends Error {
  constructor(statement: string) {
    super(`This must always hold and did not: ${statement}.`)
    this.name = 'AssertionFailed'
  }
}
