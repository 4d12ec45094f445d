import { type Rotation, readKeyStatus, rotateKeys } from '@plimsoll/accounts'
import type { Command } from 'commander'
import { sealedPlaces } from '../secret-key/sealed-places.ts'
import { CommandProblem, EXIT } from './output.ts'
import { addCommonOptions, type CommonOptions, withHub } from './with-hub.ts'

/** The key that credentials, addresses and files are sealed with, for whoever has the hub's machine. */
export function secretKeyCommand(program: Command, exit: (code: number) => void): void {
  const secretKey = program
    .command('secret-key')
    .description('the key that credentials and personal data are sealed with')

  addCommonOptions(secretKey.command('status'))
    .description('which keys there are, what is sealed by each, and which running processes have them')
    .action(async (options: CommonOptions) => {
      exit(
        await withHub(options, async ({ everyone, keys, context }, output) => {
          const now = new Date(context.clock.now())
          const status = await readKeyStatus(everyone.kysely, { keys, places: sealedPlaces, now })
          output.result(status, toText)
          return EXIT.ok
        }),
      )
    })

  addCommonOptions(secretKey.command('rotate'))
    .description('puts a new key in the place of this one and seals everything anew, while the hub runs')
    .option('--give-up-unreadable', 'leave out rows that no key opens; by default they keep the old key')
    .action(async (options: CommonOptions & { giveUpUnreadable?: boolean }) => {
      exit(
        await withHub(options, async ({ everyone, keys, context }, output) => {
          const rotation = await rotateKeys(
            { database: everyone, keys, places: sealedPlaces, clock: context.clock, say: output.say },
            { givesUp: options.giveUpUnreadable === true },
          )
          const problem = problemOf(rotation)
          if (problem !== undefined) throw problem
          output.result(rotation, doneText)
          return EXIT.ok
        }),
      )
    })
}

function doneText(rotation: Rotation): string {
  if (rotation.kind !== 'done') return ''
  const { sealedBy, resealed, givenUp, formerStaysIn } = rotation
  const lines = [
    `Everything is sealed by ${sealedBy}; ${resealed} ${resealed === 1 ? 'row was' : 'rows were'} sealed anew.`,
  ]
  if (givenUp > 0) lines.push(`${givenUp} that no key opens were given up.`)
  if (formerStaysIn !== undefined)
    lines.push(
      formerStaysIn === 'environment'
        ? 'The former keys are needed no more: take them out of PLIMSOLL_SECRET_KEY.'
        : `The former keys are needed no more: take them out of ${formerStaysIn} (all lines but the first).`,
    )
  lines.push(
    'Keep a copy of the new key apart from the database’s backups; older backups still need the key before.',
  )
  return lines.join('\n')
}

function problemOf(rotation: Rotation): CommandProblem | undefined {
  switch (rotation.kind) {
    case 'done':
      return undefined
    case 'busy':
      return new CommandProblem(
        'The secret key is being rotated by another command; wait for it.',
        EXIT.failed,
      )
    case 'by-hand':
      return new CommandProblem(
        rotation.from === 'environment'
          ? 'The key comes from PLIMSOLL_SECRET_KEY, which this command cannot change. Make one with: openssl rand -hex 32. Start every process with PLIMSOLL_SECRET_KEY="OLD,next NEW", then every process with "NEW,OLD" (the first seals, all open), then run this command again; after it, with NEW alone.'
          : `${rotation.from} cannot be replaced from here. Make a key with: openssl rand -hex 32. Add it there as a second line, "next NEW"; once plimsoll secret-key status shows it at every process, put it first and the old one second, without "next"; then run this command again, and take the second line out after it.`,
      )
    case 'behind': {
      const names = rotation.holders.map(({ name }) => name).join(', ')
      return new CommandProblem(
        `Nothing is lost, and the rotation waits: ${names} ${rotation.holders.length === 1 ? 'has' : 'have'} not taken up ${rotation.wanted}. Copy this hub’s secret.key to where ${rotation.holders.length === 1 ? 'it runs' : 'they run'} (or change PLIMSOLL_SECRET_KEY there in the same way and start again), then run this command again.`,
        EXIT.notGood,
      )
    }
    case 'unreadable': {
      const [first] = rotation.rows
      const where = `${first?.table} ${Object.values(first?.key ?? {}).join('/')}`
      return new CommandProblem(
        `${rotation.rows.length === 1 ? 'One row is' : `${rotation.rows.length} rows are`} opened by none of the keys (${where}); the old key is kept, and everything else is sealed by the new one. Add the key that sealed them to the file and run this again, or give them up with --give-up-unreadable.`,
        EXIT.notGood,
      )
    }
    case 'still-sealed': {
      const rows = rotation.rows.map((each) => `${each.rows} in ${each.table} by ${each.keyName}`).join(', ')
      return new CommandProblem(
        `Rows are still sealed by a former key (${rows}): they were changed while they were sealed anew. All keys are kept; run this command again.`,
        EXIT.notGood,
      )
    }
    default: {
      const never: never = rotation
      return never
    }
  }
}

const USES = {
  seals: 'seals',
  opens: 'opens what is not sealed anew yet',
  next: 'opens, and seals nothing yet',
  elsewhere: 'not held under this name; what it sealed is opened where a key that is held did it',
} as const

function toText(status: Awaited<ReturnType<typeof readKeyStatus>>): string {
  const where = status.from === 'environment' ? 'PLIMSOLL_SECRET_KEY' : status.from
  const keys = status.keys.map(({ name, use, rows, tables }) => {
    const parts = tables.map((each) => `${each.table} ${each.rows}`).join(', ')
    return `${name}  ${rows} ${rows === 1 ? 'row' : 'rows'}${parts === '' ? '' : ` (${parts})`}  ${USES[use]}`
  })
  const retired = status.retired.map(({ name, retiredAt }) => `${name}  retired ${retiredAt.toISOString()}`)
  const processes = status.processes.map(
    ({ name, seals, opens }) => `${name}  seals by ${seals}, opens ${opens.join(', ')}`,
  )
  return [
    `Keys from ${where}:`,
    ...keys,
    ...retired,
    '',
    processes.length === 0 ? 'No hub runs.' : 'Running:',
    ...processes,
  ].join('\n')
}
