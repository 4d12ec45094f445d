import pg from 'pg'

/**
 * The second wall between organizations (migration 0078, decision 0065). A session sees the rows of the organization that
 * it names in `plimsoll.organization` and no others, whatever a statement says. Connections are shared: whoever takes one
 * for an organization names it first, unless it was the last to use this one, so that hundreds of organizations need no
 * more connections than one. It is a setting of the session, as the role is: a pooler must keep sessions.
 */

/** Whose rows a connection shows now. */
const named = new WeakMap<pg.ClientBase, string>()
/** Naming that is still on its way. */
const naming = new WeakMap<pg.ClientBase, Promise<unknown>>()

/** Names the organization. It travels ahead of what is asked next and is not waited for; see `behindTheWall`. */
function nameOrganization(client: pg.PoolClient, organizationId: string): void {
  if (named.get(client) === organizationId) return
  named.set(client, organizationId)
  // One packet with what comes next: a write of its own would cost as much as a small statement.
  const { stream } = client.connection
  stream.cork()
  process.nextTick(() => stream.uncork())
  const sent = client.query(`set plimsoll.organization = ${pg.escapeLiteral(organizationId)}`).then(
    () => naming.delete(client),
    (error: unknown) => {
      // Another's rows may be what it shows: nobody uses it again.
      stream.destroy()
      throw error
    },
  )
  sent.catch(() => undefined) // heard by whoever waits for the first answer
  naming.set(client, sent)
}

/** The answer, once it is sure that it was given for the organization that asked: naming it may have failed. */
export async function behindTheWall<T>(client: pg.ClientBase, answer: Promise<T>): Promise<T> {
  const sent = naming.get(client)
  if (sent === undefined) return await answer
  const [given] = await Promise.all([answer, sent])
  return given
}

/**
 * The pool as one organization has it: its connections show no rows but its own.
 * @throws TypeError what is no id of an organization
 */
export function walledPool(pool: pg.Pool, organizationId: string): pg.Pool {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(organizationId)) {
    throw new TypeError(`"${organizationId}" is no id of an organization.`)
  }
  const connect = async () => {
    const client = await pool.connect()
    nameOrganization(client, organizationId)
    return client
  }
  const query = async (...asked: Parameters<pg.PoolClient['query']>) => {
    const client = await connect()
    let failed: Error | undefined
    try {
      return await behindTheWall(client, client.query(...asked) as unknown as Promise<unknown>)
    } catch (error) {
      failed = error as Error
      throw error
    } finally {
      // As a pool does it: a connection whose statement was refused is as good as before, one that broke is not.
      client.release(failed !== undefined && !('severity' in failed))
    }
  }
  return Object.create(pool, {
    connect: { value: connect },
    query: { value: query },
    on: { value: pool.on.bind(pool) },
    // It belongs to all.
    end: { value: async () => undefined },
  })
}

/** How the wall stands for whoever works behind it. */
export type WallState = { role: string; isUp: boolean }

/**
 * Whether PostgreSQL holds this connection's role to its organization. It does not where the role may not be taken: then
 * the hub works as the owner of its tables or as a superuser, before whom there is no wall.
 */
export async function readWall(pool: pg.Pool): Promise<WallState> {
  const { rows } = await pool.query<WallState>(`
    select current_user as role, coalesce(row_security_active('public.organization'), false) as "isUp"`)
  return rows[0] ?? { role: 'unknown', isUp: false }
}
