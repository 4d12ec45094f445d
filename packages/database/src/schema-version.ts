import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

/** The newest migration of this version, such as `0075-secret-keys`: what the columns of a migrated database mean. */
export async function schemaVersion(): Promise<string> {
  const files = await readdir(fileURLToPath(new URL('../migrations', import.meta.url)))
  const names = files.filter((each) => each.endsWith('.sql')).toSorted()
  return names.at(-1)?.replace(/\.sql$/, '') ?? ''
}
