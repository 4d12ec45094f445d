import type { CallFilter, CallSubjectQuery } from '@plimsoll/client/client'

/** What a screen of calls shows, as its address says it. `call`: the one that is open, of `of` where that is not plain. */
export type CallSearch = {
  failed?: true
  operation?: string
  direction?: 'in' | 'out'
  call?: string
  of?: string
}

export function readCallSearch(search: Record<string, unknown>): CallSearch {
  const text = (name: string) =>
    typeof search[name] === 'string' && search[name] !== '' ? search[name] : undefined
  const [operation, call, of] = [text('operation'), text('call'), text('of')]
  const direction = (['in', 'out'] as const).find((each) => each === search.direction)
  return {
    ...(search.failed === true && { failed: true }),
    ...(operation !== undefined && { operation }),
    ...(direction !== undefined && { direction }),
    ...(call !== undefined && { call }),
    ...(of !== undefined && { of }),
  }
}

export type SubjectSearch = CallSearch & CallSubjectQuery

export function readSubjectSearch(search: Record<string, unknown>): SubjectSearch {
  const kind = (['write', 'order', 'event'] as const).find((each) => typeof search[each] === 'string')
  return { ...readCallSearch(search), ...(kind !== undefined && { [kind]: String(search[kind]) }) }
}

export function filterOf({ failed, operation, direction }: CallSearch): CallFilter {
  return {
    ...(failed === true && { failed: 'true' as const }),
    ...(operation !== undefined && { operation }),
    ...(direction !== undefined && { direction }),
  }
}

/** JSON laid out to be read; anything else as it is, and what was cut too. */
export function laidOut(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2)
  } catch (error) {
    if (error instanceof SyntaxError) return body
    throw error
  }
}
