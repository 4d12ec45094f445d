/** A file or list of items that cannot be imported; the message names the row, the field and the cure. */
export class ImportProblem extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ImportProblem'
  }
}
