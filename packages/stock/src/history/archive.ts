import { mkdir } from 'node:fs/promises'
import { codeOf, type Database } from '@plimsoll/database'
import {
  dropArchivedMonth,
  findUncarriedSums,
  readMonthLines,
  restoreRows,
  type UncarriedSum,
} from './archive.store.ts'
import type { ArchivedSum, Manifest } from './archive-content.ts'
import { parseSum } from './archive-content.ts'
import {
  fileNames,
  listArchivedMonths,
  readLines,
  readManifest,
  readSums,
  writeLines,
  writeManifest,
} from './archive-file.ts'
import { type ClosedMonth, closeMonths, findClosedMonthsOfAll } from './months.store.ts'
import { monthText, parseMonth, startOfMonth } from './months.ts'
import { saveValuationCheckpoints } from './valuation.store.ts'

export type ArchiveOutcome =
  | { kind: 'archived'; months: Manifest[] }
  /** Nothing was archived beyond `months`; the message says why and what to do. */
  | { kind: 'stopped'; months: Manifest[]; message: string }

/**
 * Moves every month before `before` into files, oldest first: written, read back, and only then dropped, by a function
 * of the database that compares what was read back with what it is about to drop. A run that was cut off is repeated.
 * @param before the first moment of a month; it must be closed, and so must be all before it
 */
export async function archiveMonths(
  database: Database,
  options: { before: Date; folder: string; now: Date; say?: (line: string) => void },
): Promise<ArchiveOutcome> {
  await closeMonths(database, options.now)
  const months = await findClosedMonthsOfAll(database.kysely)
  const done: Manifest[] = []
  const last = months.at(-1)
  const closedUntil = last === undefined ? undefined : startOfMonth(last.month, 1)
  if (closedUntil === undefined || options.before > closedUntil) {
    const message =
      closedUntil === undefined
        ? 'No month with movements is over yet: there is nothing to archive.'
        : `Months are closed an hour after their end; --before may be ${monthText(closedUntil)} at most.`
    return { kind: 'stopped', months: done, message }
  }
  await mkdir(options.folder, { recursive: true, mode: 0o700 })
  for (const each of months.filter(({ month, isArchived }) => !isArchived && month < options.before)) {
    // An empty month has nothing to be written down; its checkpoints say so.
    if (each.movements === 0) continue
    const foreign = await findForeignFile(options.folder, each)
    if (foreign !== undefined) return { kind: 'stopped', months: done, message: foreign }
    options.say?.(`${monthText(each.month)}: ${each.movements} movements`)
    // What stock cost is read from movements: it must be known before they go.
    await saveValuationCheckpoints(database, startOfMonth(each.month, 1))
    const manifest = await writeMonth(database, options.folder, each.month)
    await whileLocked(database, () => dropArchivedMonth(database, each.month, manifest, options.now))
    done.push(manifest)
  }
  return { kind: 'archived', months: done }
}

/** Files of another installation, or of an archive that was since restored and changed, are not written over. */
async function findForeignFile(
  folder: string,
  { month, movements }: ClosedMonth,
): Promise<string | undefined> {
  const manifest = await readManifest(folder, monthText(month))
  if (manifest === undefined || manifest.movements === movements) return undefined
  return `${folder} already holds a file of ${manifest.month} with ${manifest.movements} movements, the ledger has ${movements}. Name another folder with --to.`
}

async function writeMonth(database: Database, folder: string, month: Date): Promise<Manifest> {
  const files = fileNames(folder, monthText(month))
  await readMonthLines(database, month, (lines) => writeLines(files.movements, lines))
  // From here on, all that is said of the month is what the file says.
  const read = readSums(files.movements)
  await writeLines(files.sums, read.lines)
  const manifest: Manifest = {
    format: 1,
    month: monthText(month),
    ...read.content(),
    sumsSha256: await sha256Of(files.sums),
  }
  await writeManifest(folder, manifest)
  return manifest
}

const TRIES_MAX = 20
const LOCK_NOT_AVAILABLE = '55P03'

/** Dropping a partition locks everybody out for a moment; it gives way rather than let a queue grow behind it. */
async function whileLocked(database: Database, work: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (error) {
      if (codeOf(error) !== LOCK_NOT_AVAILABLE || tries >= TRIES_MAX) throw error
      await database.timing.sleep(500 * tries)
    }
  }
}

/** One thing that is wrong with the files of a month, in a sentence. */
export type ArchiveProblem = { month: string; problem: string; sum?: UncarriedSum }
export type ArchiveCheck = {
  good: boolean
  months: { month: string; movements: number }[]
  problems: ArchiveProblem[]
}

const PROBLEMS_TOLD = 100
const SUMS_AT_ONCE = 1_000

/** Proves the files of a folder against themselves, the ledger's record of them and its checkpoints. */
export async function verifyArchive(database: Database, folder: string): Promise<ArchiveCheck> {
  const known = await findClosedMonthsOfAll(database.kysely)
  const inFiles = new Set(await listArchivedMonths(folder))
  const problems: ArchiveProblem[] = known
    .filter(({ month, isArchived }) => isArchived && !inFiles.has(monthText(month)))
    .map(({ month }) => ({ month: monthText(month), problem: 'its files are not in this folder' }))
  const months: ArchiveCheck['months'] = []
  for (const month of inFiles) {
    const closed = known.find((each) => monthText(each.month) === month)
    const found = await verifyMonth(database, folder, month, closed)
    problems.push(...found.problems)
    months.push({ month, movements: found.movements })
  }
  return { good: problems.length === 0, months, problems: problems.slice(0, PROBLEMS_TOLD) }
}

async function verifyMonth(
  database: Database,
  folder: string,
  month: string,
  closed: ClosedMonth | undefined,
): Promise<{ movements: number; problems: ArchiveProblem[] }> {
  const problems: ArchiveProblem[] = []
  const tell = (problem: string, sum?: UncarriedSum) =>
    problems.length < PROBLEMS_TOLD && problems.push({ month, problem, ...(sum !== undefined && { sum }) })
  let movements = 0
  try {
    const manifest = await readManifest(folder, month)
    if (manifest === undefined) throw new Error('its manifest is not there')
    if (manifest.month !== month) tell(`its manifest is of ${manifest.month}`)
    movements = manifest.movements
    for (const problem of await compareFile(folder, manifest)) tell(problem)
    if (closed === undefined) tell('the ledger has not closed this month: it is of another installation')
    else {
      if (closed.isArchived && !isSame(closed.archive, manifest)) tell('it is not the file that was archived')
      for await (const sum of findUncarried(database, folder, manifest)) {
        tell('a checkpoint does not carry what the file adds up to', sum)
      }
    }
  } catch (error) {
    tell(`its files cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }
  return { movements, problems }
}

async function compareFile(folder: string, manifest: Manifest): Promise<string[]> {
  const files = fileNames(folder, manifest.month)
  const read = readSums(files.movements)
  for await (const _sum of read.lines);
  const found = read.content()
  const sumsSha256 = await sha256Of(files.sums)
  return [
    ...(found.sha256 === manifest.sha256
      ? []
      : ['the file of movements is not the one of the manifest (SHA-256)']),
    ...(sumsSha256 === manifest.sumsSha256
      ? []
      : ['the file of sums is not the one of the manifest (SHA-256)']),
    ...(found.movements === manifest.movements
      ? []
      : [`it holds ${found.movements} movements, its manifest says ${manifest.movements}`]),
    ...(found.rowDigest === manifest.rowDigest && found.sumDigest === manifest.sumDigest
      ? []
      : ['its movements are not those of the manifest (digests)']),
  ]
}

async function* findUncarried(
  database: Database,
  folder: string,
  manifest: Manifest,
): AsyncGenerator<UncarriedSum> {
  const month = parseMonth(manifest.month)
  if (month === undefined) return
  let batch: ArchivedSum[] = []
  for await (const line of readLines(fileNames(folder, manifest.month).sums).lines) {
    batch.push(parseSum(line))
    if (batch.length < SUMS_AT_ONCE) continue
    yield* await findUncarriedSums(database.kysely, month, batch)
    batch = []
  }
  yield* await findUncarriedSums(database.kysely, month, batch)
}

async function sha256Of(file: string): Promise<string> {
  const { lines, sha256 } = readLines(file)
  for await (const _line of lines);
  return sha256()
}

/** The ledger's own record against a manifest: which file it was. */
function isSame(archive: unknown, manifest: Manifest): boolean {
  if (typeof archive !== 'object' || archive === null) return false
  const record = new Map(Object.entries(archive))
  return (['movements', 'rowDigest', 'sumDigest'] as const).every(
    (field) => record.get(field) === manifest[field],
  )
}

export type RestoreOutcome =
  | { kind: 'restored'; month: string; movements: number }
  | { kind: 'stopped'; message: string }

/** Brings the movements of an archived month back into the ledger, all or none; the files stay. */
export async function restoreMonth(database: Database, folder: string, month: Date): Promise<RestoreOutcome> {
  const name = monthText(month)
  const known = await findClosedMonthsOfAll(database.kysely)
  const closed = known.find((each) => each.month.getTime() === month.getTime())
  if (closed === undefined || !closed.isArchived) {
    return {
      kind: 'stopped',
      message: `${name} is not archived: its movements are in the ledger, or there are none.`,
    }
  }
  const { problems, movements } = await verifyMonth(database, folder, name, closed)
  const [first] = problems
  if (first !== undefined) return { kind: 'stopped', message: `${name} cannot come back: ${first.problem}.` }
  await whileLocked(database, () =>
    restoreRows(database, month, readLines(fileNames(folder, name).movements).lines),
  )
  return { kind: 'restored', month: name, movements }
}
