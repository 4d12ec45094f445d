import { inTheNameOf } from '@plimsoll/database'
import { nowOf } from '@plimsoll/sync'
import type { Command } from 'commander'
import { type ConfigurationOptions, readConfiguration } from '../configuration.ts'
import { type HubBase, openHub } from '../hub-base.ts'
import { createOutput, type Output } from './output.ts'

export type CommonOptions = ConfigurationOptions & { json?: boolean }

/** The options that every command takes. */
export function addCommonOptions(command: Command): Command {
  return command
    .option('--json', 'print one JSON object on the last line, and nothing for people')
    .option('--data <folder>', 'data folder of the embedded database (PLIMSOLL_DATA; default .plimsoll)')
    .option('--database-url <url>', 'use this PostgreSQL instead (DATABASE_URL)')
    .option('--log <level>', 'debug, info, warn, error or silent (PLIMSOLL_LOG)')
}

/**
 * Runs one command on the hub's database, beside a serving hub or alone: an embedded server that runs
 * already is used, one that had to be started ends with the command.
 */
export async function withHub(
  options: CommonOptions,
  work: (hub: HubBase, output: Output) => Promise<number>,
): Promise<number> {
  const configuration = readConfiguration(options, { logLevel: 'warn' })
  const hub = await openHub(configuration, { keep: 'stop-with-process' })
  try {
    const author = { actor: 'cli', at: nowOf(hub.context), changeSet: hub.context.uuid() }
    return await inTheNameOf(author, () => work(hub, createOutput(options)))
  } finally {
    await hub.close()
  }
}
