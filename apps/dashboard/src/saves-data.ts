/**
 * Whether its reader told the browser to load no more than is needed: some browsers say it, the others say nothing, and TypeScript
 * knows of none. https://developer.mozilla.org/en-US/docs/Web/API/NetworkInformation/saveData
 */
export function savesData(browser: object): boolean {
  const { connection } = browser as { connection?: { saveData?: boolean } }
  return connection?.saveData === true
}
