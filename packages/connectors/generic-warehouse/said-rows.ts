import { createHash } from 'node:crypto'
import type { InFeed } from './definition.ts'
import type { ReadFile } from './read-file.ts'
import type { MappedRow } from './rows.ts'

/** A row with where it was last said. */
export type SaidRow<Name extends InFeed> = {
  row: MappedRow<Name>
  key: string
  /** Of the newest file that says it. */
  position: number
  file: ReadFile<Name>['file']
}

/** Where files stand among each other: by what their names say, else as they came. */
export function inOrder<Name extends InFeed>(files: readonly ReadFile<Name>[]): ReadFile<Name>[] {
  return files.toSorted((one, other) => {
    const [a, b] = [one.file.sequence ?? '', other.file.sequence ?? '']
    if (a !== b) return a < b ? -1 : 1
    return one.file.position - other.file.position
  })
}

/**
 * All that the files of a feed say, each row once: however often it was sent, in whichever file. A row is known by what the
 * map gives as `row` (said anew, it replaces what it said before), or by all that it says: then the same row twice in one
 * file is two, and again in another file it is those two told again.
 * @param within what rows without a name of their own are told apart by besides: of which files they are the same
 */
export function saidRows<Name extends InFeed>(
  files: readonly ReadFile<Name>[],
  within: (row: MappedRow<Name>, file: ReadFile<Name>['file']) => string = () => '',
): SaidRow<Name>[] {
  const said = new Map<string, SaidRow<Name>>()
  for (const { file, rows } of inOrder(files)) {
    const inThisFile = new Map<string, number>()
    for (const read of rows) {
      if (!('row' in read)) continue
      const { row } = read
      const base = row.row === undefined ? `content ${digestOf(row)}${within(row, file)}` : `row ${row.row}`
      const before = inThisFile.get(base) ?? 0
      inThisFile.set(base, before + 1)
      const key = row.row === undefined ? `${base} ${before}` : base
      const known = said.get(key)
      // Told again with nothing new in it: its place among the others stays.
      const isSame = known !== undefined && digestOf(known.row) === digestOf(row)
      if (!isSame) said.set(key, { row, key, position: Math.max(file.position, known?.position ?? 0), file })
    }
  }
  return [...said.values()]
}

/** Rows that could not be read, of files from a position on, each under a name of its own. */
export function unreadableOf<Name extends InFeed>(
  files: readonly ReadFile<Name>[],
): { externalId: string; version: number | undefined }[] {
  return files.flatMap(({ file, rows, problem }) => [
    ...(problem === undefined ? [] : [{ externalId: file.name, version: file.position }]),
    ...rows.flatMap((read) =>
      'problem' in read ? [{ externalId: `${file.name}#${read.number}`, version: file.position }] : [],
    ),
  ])
}

export function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32)
}
