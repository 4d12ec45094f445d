const key = 'plimsoll.organization'

/**
 * Which organization this page is about, where its person is a member of several. Each tab keeps its own, so that what is
 * done in one is never done to the brand that another tab shows.
 */
export function currentOrganization(): string | undefined {
  return sessionStorage.getItem(key) ?? undefined
}

export function chooseOrganization(organizationId: string): void {
  sessionStorage.setItem(key, organizationId)
  // For the next tab.
  localStorage.setItem(key, organizationId)
}

/** This one is gone: another takes its place at once, so that nothing more is asked about it. */
export function leaveOrganization(
  organizations: readonly { organizationId: string; isSample: boolean }[],
  gone: string | undefined,
): void {
  const others = organizations.filter(({ organizationId }) => organizationId !== gone)
  const next = others.find(({ isSample }) => !isSample) ?? others[0]
  if (next !== undefined) chooseOrganization(next.organizationId)
}

/** The one that this tab shows, else the last one shown anywhere, else the first. */
export function settleOrganization(organizations: readonly { organizationId: string }[]): void {
  const isOwn = (id: string | null) => organizations.some(({ organizationId }) => organizationId === id)
  const wanted = [sessionStorage.getItem(key), localStorage.getItem(key)].find(isOwn)
  const chosen = wanted ?? organizations[0]?.organizationId
  if (chosen === undefined || chosen === null) sessionStorage.removeItem(key)
  else sessionStorage.setItem(key, chosen)
}
