import { rm } from 'node:fs/promises'
import { createTestDatabase, makeTemporaryFolder, type TestDatabase } from '@plimsoll/database/testing'
import { type Ended, type RunningCli, type RunOptions, runCli, runHere, startCli } from './run-cli.ts'

/** A database and a data folder that several commands work on, one after the other, as one installation. */
export type Installation = {
  database: TestDatabase
  folder: string
  /** Options that every command of it takes. */
  place: string[]
  /** In this process, one at a time: for what a command does and says. */
  run(args: readonly string[]): Promise<Ended>
  /** In a process of its own, as a shell would: for how a command begins and ends, and what it is given from outside. */
  runAlone(args: readonly string[], options?: RunOptions): Promise<Ended>
  start(args: readonly string[], options?: RunOptions): Promise<RunningCli>
  remove(): Promise<void>
}

export async function makeInstallation(): Promise<Installation> {
  const database = await createTestDatabase()
  const folder = await makeTemporaryFolder()
  const place = ['--database-url', database.url, '--data', folder]
  return {
    database,
    folder,
    place,
    run: (args) => runHere([...args, ...place]),
    runAlone: (args, options) => runCli([...args, ...place], options),
    start: (args, options) => startCli([...args, ...place, '--json'], options),
    remove: async () => {
      await database.drop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
