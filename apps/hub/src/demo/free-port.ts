import { once } from 'node:events'
import { createServer } from 'node:net'

/** The wanted port of 127.0.0.1 if nobody has it, else 0: any. */
export async function findFreePort(wanted: number): Promise<number> {
  const probe = createServer()
  try {
    probe.listen(wanted, '127.0.0.1')
    await once(probe, 'listening')
    return wanted
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return 0
    throw error
  } finally {
    probe.close()
  }
}
