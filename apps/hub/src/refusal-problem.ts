import { type Refusal, stockErrors } from '@plimsoll/stock'

/** A refusal of the stock package, thrown where a whole request or command ends with it. */
export class RefusalProblem extends Error {
  readonly refusal: Refusal

  constructor(refusal: Refusal) {
    super(`${refusal.message} ${stockErrors[refusal.code].cure}`)
    this.name = 'RefusalProblem'
    this.refusal = refusal
  }
}
