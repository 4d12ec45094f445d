import { Forbidden } from '@plimsoll/connector-kit'

/** A part of the API that some shops have and some have not, found out by asking once. */
export type OptionalRoute = { isThere(options?: { signal?: AbortSignal | undefined }): Promise<boolean> }

/**
 * @param ask any cheap call of the route; `rest_no_route` means that the shop has it not, other errors pass through
 */
export function createOptionalRoute(
  ask: (options: { signal?: AbortSignal | undefined }) => Promise<unknown>,
): OptionalRoute {
  let known: boolean | undefined
  return {
    async isThere({ signal } = {}) {
      if (known === undefined) known = await answers(ask({ signal }))
      return known
    },
  }
}

/** True when the call was answered, false when the shop has no such route. */
async function answers(call: Promise<unknown>): Promise<boolean> {
  try {
    await call
    return true
  } catch (error) {
    if (isMissingRoute(error)) return false
    throw error
  }
}

export function isMissingRoute(error: unknown): boolean {
  return error instanceof Forbidden && error.platform.code === 'rest_no_route'
}
