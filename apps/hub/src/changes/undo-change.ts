import { isDeepStrictEqual } from 'node:util'
import { problem, type Undone } from '@plimsoll/client'
import { authorNow, takingBack } from '@plimsoll/database'
import type { SyncContext } from '@plimsoll/sync'
import { ApiProblem } from '../http/problem.ts'
import { findChanges, findNames, type StoredChange } from './changes.store.ts'
import { toChanges } from './changes.ts'
import { type Reversal, reversalOf } from './reversal.ts'

/** How the request of a route is made: within this process, in the name of whoever undoes. */
export type Perform = (
  request: Pick<Extract<Reversal, { kind: 'request' }>, 'method' | 'path' | 'body'>,
) => Promise<{ status: number; body: unknown }>

/** Of what was changed since, so many are named. */
const SINCE_NAMED = 3

/**
 * Puts back what was before a change, by the route that made it, if what it changed is still as it left it: looked at here,
 * to say what changed since, and once more by the database as it is written.
 * @throws ApiProblem unknown-change, not-undoable, changed-since, undo-refused
 */
export async function undoChange(context: SyncContext, perform: Perform, id: string): Promise<Undone> {
  const { organizationId, database } = context
  const [change] = await findChanges(database.kysely, organizationId, { id }, 1)
  if (change === undefined) throw new ApiProblem('unknown-change', `There is no change ${id}.`, 'id')
  const names = await findNames(database.kysely, organizationId, [change])
  const reversal = reversalOf(change, names)
  if (reversal.kind === 'impossible') throw new ApiProblem('not-undoable', reversal.because, 'id')
  await assertUnchanged(context, change, reversal.fields)
  await assertNotPutBack(context, change)
  const { kind, subject, after } = change
  const fields = Object.fromEntries(reversal.fields.map((name) => [name, after?.[name] ?? null]))
  const { status, body } = await takingBack({ undoes: id, expects: { kind, subject, fields } }, () =>
    perform(reversal),
  )
  if (status >= 300) {
    const refused = problem.safeParse(body)
    // The database saw it change between the look and the writing.
    if (refused.data?.code === 'changed-since') await assertUnchanged(context, change, reversal.fields)
    const said = refused.data?.detail ?? `The hub answered ${status}.`
    throw new ApiProblem(
      refused.data?.code === 'changed-since' ? 'changed-since' : 'undo-refused',
      said,
      'id',
    )
  }
  const changeSet = authorNow()?.changeSet
  const made = await findChanges(database.kysely, organizationId, { undoes: id, changeSet }, 100)
  if (made.length === 0)
    throw new ApiProblem('changed-since', 'Nothing is left to be taken back: it is as it was before.', 'id')
  return { undone: id, by: await toChanges(context, made) }
}

/**
 * What was taken away is put back as something new, with an id of its own: its own history still ends as it ended.
 * @throws ApiProblem changed-since
 */
async function assertNotPutBack(
  { database, organizationId }: SyncContext,
  { id, after }: StoredChange,
): Promise<void> {
  if (after !== null) return
  const [back] = await findChanges(database.kysely, organizationId, { undoes: id }, 1)
  if (back === undefined) return
  throw new ApiProblem('changed-since', `It was put back by ${back.actor} at ${back.at.toISOString()}.`, 'id')
}

/** @throws ApiProblem changed-since, saying by whom and from what to what */
async function assertUnchanged(
  { database, organizationId }: SyncContext,
  change: StoredChange,
  fields: readonly string[],
): Promise<void> {
  const { kind, subject, after } = change
  const [latest] = await findChanges(database.kysely, organizationId, { kinds: [kind], subject }, 1)
  if (latest === undefined || latest.id === change.id) return
  const differs = fields.filter(
    (name) => !isDeepStrictEqual(latest.after?.[name] ?? null, after?.[name] ?? null),
  )
  // What pauses and resumes is no value: only the last of it can be taken back.
  if (differs.length === 0 && kind !== 'pause') return
  const all = await findChanges(
    database.kysely,
    organizationId,
    { kinds: [kind], subject, since: change.at },
    50,
  )
  const since = all
    .slice(
      0,
      Math.max(
        0,
        all.findIndex(({ id }) => id === change.id),
      ),
    )
    .filter((later) => fields.some((name) => !isDeepStrictEqual(later.before?.[name], later.after?.[name])))
  const said = since.slice(0, SINCE_NAMED).map((later) => {
    const values = fields
      .filter((name) => !isDeepStrictEqual(later.before?.[name], later.after?.[name]))
      .map((name) => `${name} from ${say(later.before?.[name])} to ${say(later.after?.[name])}`)
    const done = later.undoes === change.id ? 'undone' : 'changed'
    return `${done} by ${later.actor} at ${later.at.toISOString()} (${later.id}): ${values.join(', ')}`
  })
  throw new ApiProblem('changed-since', `It is not what this change left: ${said.join('; ')}.`, 'id')
}

const SAID_LENGTH_MAX = 80

function say(value: unknown): string {
  const text = value === undefined || value === null ? 'nothing' : JSON.stringify(value)
  return text.length > SAID_LENGTH_MAX ? `${text.slice(0, SAID_LENGTH_MAX)}…` : text
}
