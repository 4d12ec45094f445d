import type { ImportJobView, ImportMappingPage, ImportProblemView } from './import-shapes.ts'

type Call = <Answer>(
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  body?: unknown,
  signal?: AbortSignal,
) => Promise<Answer>

/** Files that are checked, looked at and only then written. */
export function importCalls(call: Call, toQuery: (query: Record<string, string | number>) => string) {
  const id = encodeURIComponent
  return {
    /** The file itself is the body. Under one `name` nothing is received twice. */
    createImport: (query: { what: string; fileName: string; name: string }, content: Blob) =>
      call<ImportJobView>('POST', `/imports${toQuery(query)}`, content),
    oneImport: (importId: string, signal?: AbortSignal) =>
      call<ImportJobView>('GET', `/imports/${id(importId)}`, undefined, signal),
    importProblems: (importId: string, query: { limit: number }, signal?: AbortSignal) =>
      call<{ rows: ImportProblemView[]; next: string | null }>(
        'GET',
        `/imports/${id(importId)}/problems${toQuery(query)}`,
        undefined,
        signal,
      ),
    importMappings: (
      importId: string,
      query: { only?: 'conflicts' | 'zero'; cursor?: string; limit: number },
      signal?: AbortSignal,
    ) =>
      call<ImportMappingPage>('GET', `/imports/${id(importId)}/mappings${toQuery(query)}`, undefined, signal),
    applyImport: (importId: string, mode: 'all-or-nothing' | 'good-rows') =>
      call<ImportJobView>('POST', `/imports/${id(importId)}/apply`, { mode }),
    deleteImport: (importId: string) => call<object>('DELETE', `/imports/${id(importId)}`),
  }
}
