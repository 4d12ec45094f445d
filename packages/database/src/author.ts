import { AsyncLocalStorage } from 'node:async_hooks'

/**
 * In whose name transactions work: set once for a request, a command or a job, and told to PostgreSQL at the beginning of
 * each of its transactions, where triggers write down who changed a setting. Nothing that changes one can forget to say it.
 */
export type Author = {
  actor: string
  /** What the person gave as the reason. */
  why?: string | undefined
  /** When it was asked for. */
  at: Date
  /** All that one request changes has the same. */
  changeSet: string
  /** The change that is taken back. */
  undoes?: string | undefined
  /** What must still be there when it is changed; else the transaction fails with `UNEXPECTED`. */
  expects?: Expectation | undefined
}

/** Fields of one setting as they must be; null: not set. */
export type Expectation = { kind: string; subject: object; fields: Readonly<Record<string, unknown>> }

/** What PostgreSQL answers where an expectation was not met. */
export const UNEXPECTED = 'PL001'

/** `isOver`: what a request set going and left behind is not done in its name. */
type Spell = { author: Author; isOver: boolean }

const spells = new AsyncLocalStorage<Spell>()

/** Does all of `work` in somebody's name, until it is done. Where it is done in one already, in that one. */
export async function inTheNameOf<T>(author: Author, work: () => Promise<T>): Promise<T> {
  if (authorNow() !== undefined) return await work()
  return await spend(author, work)
}

async function spend<T>(author: Author, work: () => Promise<T>): Promise<T> {
  const spell = { author, isOver: false }
  try {
    return await spells.run(spell, work)
  } finally {
    spell.isOver = true
  }
}

/** Undefined: the hub's own doing. */
export function authorNow(): Author | undefined {
  const spell = spells.getStore()
  return spell === undefined || spell.isOver ? undefined : spell.author
}

/** The same name, for a change that takes another back. */
export async function takingBack<T>(
  { undoes, expects }: { undoes: string; expects: Expectation },
  work: () => Promise<T>,
): Promise<T> {
  const author = authorNow()
  if (author === undefined) throw new Error('whoever takes a change back does so in their name')
  return await spend({ ...author, undoes, expects }, work)
}
