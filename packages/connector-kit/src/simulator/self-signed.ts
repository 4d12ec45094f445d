import { generateKeyPairSync, sign } from 'node:crypto'
import { isIP } from 'node:net'

/**
 * A certificate that signs for itself, of 127.0.0.1 and localhost unless told, made anew each time: for servers of tests. Node makes keys and
 * checks certificates, and makes none. (RFC 5280, section 4.1; DER by X.690.)
 */
export function makeSelfSigned(
  now: number,
  names: readonly string[] = ['localhost', '127.0.0.1'],
): { key: string; certificate: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const name = sequence(set(sequence(oid('550403'), utf8('plimsoll test server'))))
  const extension = (id: string, value: Buffer) => sequence(oid(id), der(0x04, value))
  const body = sequence(
    der(0xa0, integer(2)), // version 3
    integer(1),
    ECDSA_SHA256,
    name,
    sequence(time(now - DAY_MS), time(now + 30 * DAY_MS)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(
      0xa3,
      sequence(
        // Its own authority, since it is trusted by itself.
        extension('551d13', sequence(der(0x01, Buffer.from([0xff])))),
        extension('551d11', sequence(...names.map(toName))),
      ),
    ),
  )
  const signature = Buffer.concat([Buffer.from([0]), sign('sha256', body, privateKey)])
  const whole = sequence(body, ECDSA_SHA256, der(0x03, signature))
  const lines = whole.toString('base64').replaceAll(/(.{64})/g, '$1\n')
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificate: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  }
}

const DAY_MS = 86_400_000

const toName = (name: string) =>
  isIP(name) === 4 ? der(0x87, Buffer.from(name.split('.').map(Number))) : der(0x82, Buffer.from(name))

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const head = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...head]), content])
}
const sequence = (...parts: readonly Buffer[]) => der(0x30, ...parts)
const set = (...parts: readonly Buffer[]) => der(0x31, ...parts)
const integer = (value: number) => der(0x02, Buffer.from([value]))
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'))
const utf8 = (text: string) => der(0x0c, Buffer.from(text))
/** UTCTime: two digits of the year, until 2049. */
const time = (ms: number) =>
  der(
    0x17,
    Buffer.from(
      `${new Date(ms)
        .toISOString()
        .replaceAll(/[-:T]|\.\d+/g, '')
        .slice(2)}`,
    ),
  )
const ECDSA_SHA256 = sequence(oid('2a8648ce3d040302'))
