import type { OpeningFile } from './import-shapes.ts'
import type { Send } from './place-calls.ts'
import type { Cutover, CutoverDetail, CutoverList, CutoverOrders } from './safety-shapes.ts'

/** Calls about opening stock: a cut-over, from somebody else's count to the ledger's. */

type Signal = AbortSignal | undefined
export type NewCutoverBody = { name: string; connection: string } & (
  | { source: 'connection'; from: string }
  /** `asOf`: the moment that it is true for. */
  | { source: 'file' | 'count'; asOf: string }
)
type OpeningLineBody = OpeningFile['lines'][number]

export function cutoverCalls(call: Send) {
  const of = (name: string) => `/cutovers/${encodeURIComponent(name)}`
  return {
    cutovers: (signal?: Signal) => call<CutoverList>('GET', '/cutovers', undefined, signal),
    /** @param name or id */
    cutover: (name: string, signal?: Signal) => call<CutoverDetail>('GET', of(name), undefined, signal),
    /** Under a name that is there it answers that one. */
    beginCutover: (body: NewCutoverBody) => call<Cutover>('POST', '/cutovers', body),
    /** Asked again until none waits. */
    importCutoverOrders: (name: string) => call<CutoverOrders>('POST', `${of(name)}/orders`),
    /** What a spreadsheet says; nothing of it is kept. */
    readOpeningFile: (file: Blob) => call<OpeningFile>('POST', '/opening-files', file),
    /** @param lines of a file or a count; a connection tells its own figures */
    proposeCutover: (name: string, lines: readonly OpeningLineBody[] = []) =>
      call<CutoverDetail>('POST', `${of(name)}/proposal`, { lines }),
    approveCutover: (name: string, digest: string) =>
      call<Cutover>('POST', `${of(name)}/approval`, { digest }),
    applyCutover: (name: string) => call<Cutover>('POST', `${of(name)}/apply`),
    finishCutover: (name: string, previewId: string) =>
      call<Cutover>('POST', `${of(name)}/live`, { preview: previewId }),
    cancelCutover: (name: string) => call<Cutover>('POST', `${of(name)}/cancel`),
  }
}
