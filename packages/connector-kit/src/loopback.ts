const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])

/** True for an http(s) address of this machine: the only kind that a simulator may live at. */
export function isLoopbackUrl(address: string): boolean {
  if (!URL.canParse(address)) return false
  const url = new URL(address)
  return (url.protocol === 'http:' || url.protocol === 'https:') && LOOPBACK.has(url.hostname)
}
