/** A file or list of items that cannot be imported; the message names the row, the field and the cure. */
export class ImportProblem extends Error {
  /** Of the request, where one is to blame: `items.6.sku`. */
  readonly field: string | undefined

  constructor(message: string, field?: string) {
    super(message)
    this.name = 'ImportProblem'
    this.field = field
  }
}

/** What is wrong with one row of it. */
export type RowProblem = { place: string; field: string; message: string }

const SHOWN_MAX = 20

/** All that is wrong with a file in one message, the first twenty in words. Nothing has been written. */
export function toImportProblem(problems: readonly RowProblem[]): ImportProblem {
  const [first] = problems
  const shown = problems.slice(0, SHOWN_MAX).map(({ place, message }) => `${place}: ${message}`)
  const more = problems.length > SHOWN_MAX ? `; and ${problems.length - SHOWN_MAX} more` : ''
  return new ImportProblem(
    `Nothing was imported. ${shown.join('; ')}${more}. Correct it and import again.`,
    first === undefined ? undefined : `${first.place}.${first.field}`,
  )
}
