import { chmod, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

/**
 * A data folder for one measurement, which removes it. PostgreSQL does not run as root: other users may pass this folder,
 * else its database would lie elsewhere, and stay there when the folder is gone.
 */
export async function makeDataFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'plimsoll-bench-'))
  await chmod(folder, 0o711)
  return folder
}
