import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { openDatabase } from '../../packages/database/src/index.ts'
import { type RecomputeSize, seedRecomputeBrand } from './brand.ts'

type Work = { url: string; size: RecomputeSize }

/**
 * Seeds the brand in a process of its own, so that the memory measured is that of working out and not of seeding.
 * @returns the organization's id
 */
export function seedInProcess(work: Work): Promise<string> {
  const child = fork(fileURLToPath(import.meta.url), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code) => reject(new Error(`the seeding process ended with ${code}`)))
    child.on('message', (organizationId) => resolve(String(organizationId)))
    child.send(work)
  })
}

async function seedAlone({ url, size }: Work): Promise<string> {
  const database = await openDatabase({ databaseUrl: url, keep: 'running', poolMax: 2 })
  const organizationId = await seedRecomputeBrand(database, size)
  await database.close()
  return organizationId
}

if (process.send !== undefined && process.argv[1] === fileURLToPath(import.meta.url)) {
  process.once('message', (work) => {
    // Sent by `seedInProcess`.
    void seedAlone(work as Work).then((id) => process.send?.(id, () => process.disconnect()))
  })
}
