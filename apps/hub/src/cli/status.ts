import { findConnections, findProcesses, type ProcessStatus } from '@plimsoll/sync'
import type { Command } from 'commander'
import type { HubBase } from '../hub-base.ts'
import { EXIT } from './output.ts'
import { addCommonOptions, type CommonOptions, withHub } from './with-hub.ts'

type Status = {
  processes: ProcessStatus[]
  /** Connections that no process works, though they are not drafts. */
  unworked: { connectionId: string; name: string }[]
}

export function statusCommand(program: Command, exit: (code: number) => void): void {
  addCommonOptions(program.command('status'))
    .description('show the hub processes on this database and what each works')
    .addHelpText('after', '\nExit code 3: a connection is worked by no process.')
    .action(async (options: CommonOptions) => {
      exit(
        await withHub(options, async (hub, output) => {
          const status = await readStatus(hub)
          output.result(status, toText)
          return status.unworked.length === 0 ? EXIT.ok : EXIT.notGood
        }),
      )
    })
}

async function readStatus({ database, context }: HubBase): Promise<Status> {
  const { organizationId, clock } = context
  const [processes, connections] = await Promise.all([
    findProcesses(database.kysely, organizationId, new Date(clock.now())),
    findConnections(database.kysely, organizationId),
  ])
  const worked = new Set(
    processes.flatMap((each) => each.connections.map(({ connectionId }) => connectionId)),
  )
  const unworked = connections
    .filter(({ state, connectionId }) => state !== 'draft' && !worked.has(connectionId))
    .map(({ connectionId, name }) => ({ connectionId, name }))
  return { processes, unworked }
}

function toText({ processes, unworked }: Status): string {
  const lines = processes.map(({ name, roles, isAlive, seenAt, connections }) => {
    const heard = isAlive ? 'runs' : `not heard of since ${seenAt.toISOString()}`
    const works = connections.map((connection) => connection.name).join(', ')
    return `${name}  ${roles.join(',')}  ${heard}${works === '' ? '' : `  works ${works}`}`
  })
  if (lines.length === 0) lines.push('No hub process has run on this database.')
  if (unworked.length > 0) lines.push(`Worked by nobody: ${unworked.map(({ name }) => name).join(', ')}`)
  return lines.join('\n')
}
