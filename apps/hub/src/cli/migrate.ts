import { migrate, openDatabase } from '@plimsoll/database'
import type { Command } from 'commander'
import { readConfiguration } from '../configuration.ts'
import { createOutput, EXIT } from './output.ts'
import { addCommonOptions, type CommonOptions } from './with-hub.ts'

export function migrateCommand(program: Command, exit: (code: number) => void): void {
  addCommonOptions(program.command('migrate'))
    .description('bring the database to this version; safe to run again, and beside a running hub')
    .action(async (options: CommonOptions) => {
      const configuration = readConfiguration(options, { logLevel: 'warn' })
      const database = await openDatabase({
        ...(configuration.databaseUrl === undefined
          ? { dataFolder: configuration.dataFolder }
          : { databaseUrl: configuration.databaseUrl }),
        keep: 'stop-with-process',
      })
      try {
        const { applied } = await migrate(database)
        createOutput(options).result({ applied }, () =>
          applied.length === 0 ? 'The database is up to date.' : `Applied: ${applied.join(', ')}.`,
        )
        exit(EXIT.ok)
      } finally {
        await database.close()
      }
    })
}
