import { BlockList, isIP } from 'node:net'
import { Invalid } from './errors.ts'

/**
 * Refuses addresses that would make the hub call its own network (server-side request forgery): anything but
 * HTTP and HTTPS, credentials inside the address, names of the local network, and every address block that
 * is not public. Pure: it looks at the text only, so a public name that points to a private address passes;
 * `createHttp({ publicOnly: true })` excludes that too.
 * @throws Invalid with field `url`
 */
export function assertPublicUrl(url: string, { allowLoopback }: { allowLoopback: boolean }): URL {
  const parsed = URL.parse(url)
  if (parsed === null)
    throw new Invalid(`"${url}" is not an address. Write it as https://shop.example.`, 'url')
  if (parsed.protocol !== 'https:' && parsed.protocol !== 'http:') {
    throw new Invalid('The address must begin with https:// or http://.', 'url')
  }
  if (parsed.username !== '' || parsed.password !== '') {
    throw new Invalid('The address must not carry a user name or password.', 'url')
  }
  // The URL parser has already turned 0x7f.1, 127.1 and the like into their plain form.
  const host = parsed.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  if (allowLoopback && isLoopback(host)) return parsed
  if (isIP(host) === 0 ? isLocalName(host) : !isPublicAddress(host)) {
    throw new Invalid(`"${host}" is inside a private network. The hub calls public addresses only.`, 'url')
  }
  return parsed
}

/**
 * Of a server that is named without an address in front of it (SFTP): false for this very machine, where simulators are.
 * @throws Invalid with field `host` for a name or address of a private network
 */
export function isPublicHost(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  if (isLoopback(bare)) return false
  if (isIP(bare) === 0 ? isLocalName(bare) : !isPublicAddress(bare))
    throw new Invalid(`"${host}" is inside a private network. The hub calls public addresses only.`, 'host')
  return true
}

/** False for every address of IANA's special-purpose registries (private, loopback, link-local, shared, …). */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address)
  if (family === 0) return false
  // An IPv4 address dressed as IPv6 is judged as IPv4: BlockList does so by itself.
  return !notPublic.check(address, family === 4 ? 'ipv4' : 'ipv6')
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

function isLocalName(host: string): boolean {
  return !host.includes('.') || /\.(localhost|local|internal|intranet|lan|home|corp|home\.arpa)$/.test(host)
}

// IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890 and its successors).
const notPublic = new BlockList()
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const) {
  notPublic.addSubnet(network, prefix, 'ipv4')
}
for (const [network, prefix] of [
  ['::', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
  ['5f00::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const) {
  notPublic.addSubnet(network, prefix, 'ipv6')
}
