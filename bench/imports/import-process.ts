import { fork } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { readConfiguration } from '../../apps/hub/src/configuration.ts'
import { openHub } from '../../apps/hub/src/hub-base.ts'
import { getImport, requestApply, workImport } from '../../apps/hub/src/imports/imports.ts'
import { receiveFile } from '../../apps/hub/src/imports/receive-file.ts'
import type { ImportMode } from '../../packages/database/src/index.ts'

type Work = { databaseUrl: string; folder: string; file: string; mode: ImportMode }
type Step = 'start' | 'receive' | 'check' | 'apply'

export type Imported = {
  seconds: Record<Step, number>
  applied: number
  units: number
  peakRssMiB: number
  /** The peak as it stood at the end of each step: it never sinks. */
  peakRssMiBAfter: Record<Step, number>
}

/** Imports a file in a process that does nothing else, so that its memory is what the import needs. */
export function importInProcess(work: Work): Promise<Imported> {
  const child = fork(fileURLToPath(import.meta.url), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code) => reject(new Error(`the importing process ended with ${code}`)))
    // Sent by `importAlone` of this very file.
    child.on('message', (imported) => resolve(imported as Imported))
    child.send(work)
  })
}

async function importAlone({ databaseUrl, folder, file, mode }: Work): Promise<Imported> {
  const seconds = { start: 0, receive: 0, check: 0, apply: 0 }
  const peakRssMiBAfter = { start: 0, receive: 0, check: 0, apply: 0 }
  const timed = async <T>(step: Step, run: () => Promise<T>): Promise<T> => {
    const startedAt = performance.now()
    const result = await run()
    seconds[step] = Math.round((performance.now() - startedAt) / 100) / 10
    peakRssMiBAfter[step] = peakRssMiB()
    return result
  }
  const configuration = readConfiguration({ databaseUrl, data: folder, log: 'warn' })
  const hub = await timed('start', () => openHub(configuration, { keep: 'running' }))
  const context = { ...hub.context, dataFolder: folder }
  const request = { what: 'items' as const, name: 'bench', fileName: file, sheet: undefined, actor: 'bench' }
  const { job } = await timed('receive', () => receiveFile(context, request, createReadStream(file)))
  await timed('check', () => workImport(context, job.importId))
  await requestApply(context, job.importId, { mode, confirmZeros: false })
  await timed('apply', () => workImport(context, job.importId))
  const { state, applied, units } = await getImport(context, job.importId)
  if (state !== 'done') throw new Error(`the import ended as ${state}`)
  await hub.close()
  return { seconds, applied, units, peakRssMiB: peakRssMiB(), peakRssMiBAfter }
}

function peakRssMiB(): number {
  // Given in KiB on every system.
  return Math.round(process.resourceUsage().maxRSS / 1024)
}

if (process.send !== undefined && process.argv[1] === fileURLToPath(import.meta.url)) {
  process.once('message', (work) => {
    // Sent by `importInProcess`.
    void importAlone(work as Work).then((imported) => process.send?.(imported, () => process.disconnect()))
  })
}
