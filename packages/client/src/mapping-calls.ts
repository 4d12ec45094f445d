import { importCalls } from './import-calls.ts'
import type {
  MappingAccepted,
  MappingConflicts,
  MappingOverview,
  MappingPage,
  MappingPreview,
  MappingRule,
  MappingRules,
  MappingTrial,
  MappingUndone,
} from './mapping-shapes.ts'
import type { ItemImport } from './stock-shapes.ts'

export type MappingListQuery = {
  state?: 'waiting' | 'tied' | 'ignored'
  confidence?: 'certain' | 'likely' | 'possible' | 'none' | 'new'
  connection?: string
  search?: string
  cursor?: string
  limit?: number
}
/** What is to be accepted: listings by name, or all that are so sure. */
export type MappingWanted =
  | { listings: readonly { listingId: string; sku?: string; unitsPerListing?: number }[] }
  | { confidence: 'certain' | 'likely' | 'possible'; connection?: string; limit?: number }

type Call = <Answer>(
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: unknown,
  signal?: AbortSignal,
) => Promise<Answer>

/** The calls of mapping. */
export function mappingCalls(
  call: Call,
  toQuery: (query: Record<string, string | number | undefined>) => string,
) {
  const id = encodeURIComponent
  return {
    // Mappings come as files too.
    ...importCalls(call, toQuery),
    mapping: (signal?: AbortSignal) => call<MappingOverview>('GET', '/mapping', undefined, signal),
    mappingListings: (query: MappingListQuery = {}, signal?: AbortSignal) =>
      call<MappingPage>('GET', `/mapping/listings${toQuery(query)}`, undefined, signal),
    mappingConflicts: (query: { connection?: string; limit?: number } = {}, signal?: AbortSignal) =>
      call<MappingConflicts>('GET', `/mapping/conflicts${toQuery(query)}`, undefined, signal),
    importItems: (file: {
      name: string
      items: readonly { sku: string; name: string; location?: string; quantity?: number }[]
    }) => call<ItemImport>('POST', '/items', file),
    lookForMatches: () => call<MappingOverview>('POST', '/mapping/look'),
    previewMappings: (wanted: MappingWanted) => call<MappingPreview>('POST', '/mapping/preview', wanted),
    acceptMappings: (wanted: MappingWanted & { digest?: string }) =>
      call<MappingAccepted>('POST', '/mapping/accept', wanted),
    undoMappings: (acceptanceId: string) => call<MappingUndone>('POST', '/mapping/undo', { acceptanceId }),
    ignoreListings: (listings: readonly string[], reason: string) =>
      call<{ listings: number }>('POST', '/mapping/ignore', { listings, reason }),
    heedListings: (listings: readonly string[]) =>
      call<{ listings: number }>('POST', '/mapping/heed', { listings }),
    makeKitOfListing: (kit: {
      listingId: string
      sku: string
      name: string
      components: readonly { sku: string; quantity: number }[]
    }) => call<MappingAccepted>('POST', '/mapping/kits', kit),
    mappingRules: (connection: string, signal?: AbortSignal) =>
      call<MappingRules>('GET', `/connections/${id(connection)}/mapping-rules`, undefined, signal),
    saveMappingRules: (connection: string, rules: readonly MappingRule[], basedOn: number) =>
      call<MappingRules>('PUT', `/connections/${id(connection)}/mapping-rules`, { rules, basedOn }),
    tryMappingRule: (connection: string, expression: string, signal?: AbortSignal) =>
      call<MappingTrial>('POST', `/connections/${id(connection)}/mapping-rules/try`, { expression }, signal),
  }
}
