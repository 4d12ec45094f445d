import { makeMachineToken } from '@plimsoll/accounts'
import { problem, processList } from '@plimsoll/client'
import { findProcesses, type SyncErrorCode, syncErrors, syncProblem } from '@plimsoll/sync'
import { request } from 'undici'
import type { HubBase } from '../hub-base.ts'
import { CommandProblem, EXIT } from './output.ts'

/** The hub that runs beside a command, for what only a served hub can do. */
export type ServingHub = {
  url: string
  /** @throws SyncProblem or CommandProblem where it refuses */
  post(path: string, body: object): Promise<unknown>
}

/**
 * Finds the hub at its port on this machine and makes sure that it works on this command's database, before anything is
 * told to it: another program, or the hub of another brand, may have that port.
 * @throws CommandProblem with the cure
 */
export async function findRunningHub({ configuration, database, context }: HubBase): Promise<ServingHub> {
  const url = `http://127.0.0.1:${configuration.port}`
  const ask = async (method: 'GET' | 'POST', path: string, body?: object) => {
    try {
      const answer = await request(`${url}/api/v1${path}`, {
        method,
        headers: {
          authorization: `Machine ${makeMachineToken(context.masterKey, { nowMs: context.clock.now(), port: configuration.port })}`,
          'plimsoll-organization': context.organizationId,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      return { status: answer.statusCode, text: await answer.body.text() }
    } catch (error) {
      throw new CommandProblem(
        `No hub answers at ${url} (${codeOf(error)}). The platform sends the browser back to it: start it with plimsoll serve, or name its port with --port.`,
        EXIT.failed,
      )
    }
  }
  const { text } = await ask('GET', '/processes')
  const theirs = processList.safeParse(toJson(text))
  // It knows neither this organization nor this secret key.
  const isStrange = problem.safeParse(toJson(text)).success
  if (!theirs.success && !isStrange)
    throw new CommandProblem(`What answers at ${url} is not this hub. Name the hub’s port with --port.`)
  const now = new Date(context.clock.now())
  const ours = await findProcesses(database.kysely, context.organizationId, now)
  const isSame = theirs.data?.rows.some((one) => ours.some(({ processId }) => processId === one.processId))
  if (isSame !== true) {
    throw new CommandProblem(
      `The hub at ${url} works on another database. Name its port with --port, or its database with --data or --database-url.`,
    )
  }
  return {
    url,
    post: async (path, body) => {
      const answer = await ask('POST', path, body)
      if (answer.status < 300) return toJson(answer.text)
      throw toProblem(toJson(answer.text), answer.status)
    },
  }
}

/** Its refusal as if this command had met it itself. */
function toProblem(answer: unknown, status: number): Error {
  const parsed = problem.safeParse(answer)
  if (!parsed.success)
    return new CommandProblem(`The hub answered ${status} and no reason; its log says why.`, EXIT.failed)
  const { code, field, detail } = parsed.data
  // The cure stands in the sentence, and is added once more where the command ends.
  if (isSyncCode(code))
    return syncProblem(code, field ?? 'grant', detail.replace(` ${syncErrors[code].cure}`, ''))
  return new CommandProblem(detail, status < 500 ? EXIT.badInput : EXIT.failed)
}

export function isSyncCode(code: string): code is SyncErrorCode {
  return Object.hasOwn(syncErrors, code)
}

function toJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Not JSON: whoever reads it says that it is not what was expected.
    return undefined
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}
