import type pg from 'pg'

/** A Bind message as the driver asks for it. */
type BindRequest = {
  portal?: string
  statement?: string
  binary?: boolean
  values?: readonly unknown[]
  valueMapper: (value: unknown, nth: number) => Buffer | string | null | undefined
}

type BindingConnection = { stream: NodeJS.WritableStream; bind: (request: BindRequest) => void }

/**
 * Has a connection send large parameters as they are. The driver copies all parameters into one message, whose memory it
 * grows again and again: for a batch of orders about a megabyte, most of which is thrown away at once, and with it came a
 * collection of all garbage several times a second.
 * Source: Bind in https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
export function bindWithoutCopies(client: pg.ClientBase): void {
  const connection = (client as unknown as { connection: BindingConnection }).connection
  connection.bind = (request) => {
    for (const part of bindMessage(request)) connection.stream.write(part)
  }
}

/** Smaller ones are copied: a part of its own costs as much as some hundred bytes. */
const LARGE_BYTES = 512

/** The message in parts; a parameter of bytes is sent as such, every other one as a text. */
function bindMessage(request: BindRequest): Buffer[] {
  const { portal = '', statement = '', binary = false, values = [], valueMapper } = request
  // Whatever cannot be written is refused here, before anything has left.
  const parameters = values.map(valueMapper)
  const names = [Buffer.from(portal), Buffer.from(statement)]
  const bytes = parameters.map((value) =>
    typeof value === 'string' ? Buffer.from(value) : (value ?? undefined),
  )
  const bodyBytes =
    names.reduce((sum, name) => sum + name.length + 1, 0) +
    bytes.reduce((sum, value) => sum + 6 + (value?.length ?? 0), 0) +
    8
  const isPart = (value: Buffer) => value.length >= LARGE_BYTES
  const parted = bytes.reduce(
    (sum, value) => sum + (value !== undefined && isPart(value) ? value.length : 0),
    0,
  )

  const head = Buffer.allocUnsafe(1 + 4 + bodyBytes - parted)
  const parts: Buffer[] = []
  let start = 0
  let at = head.writeUInt8(BIND, 0)
  at = head.writeInt32BE(4 + bodyBytes, at)
  for (const name of names) {
    at += name.copy(head, at)
    at = head.writeUInt8(0, at)
  }
  // Both counts without a sign: the protocol takes 65,535.
  at = head.writeUInt16BE(parameters.length, at)
  for (const value of parameters) at = head.writeInt16BE(Buffer.isBuffer(value) ? 1 : 0, at)
  at = head.writeUInt16BE(parameters.length, at)
  for (const value of bytes) {
    at = head.writeInt32BE(value === undefined ? -1 : value.length, at)
    if (value === undefined) continue
    if (isPart(value)) {
      parts.push(head.subarray(start, at), value)
      start = at
    } else at += value.copy(head, at)
  }
  at = head.writeInt16BE(1, at)
  at = head.writeInt16BE(binary ? 1 : 0, at)
  parts.push(head.subarray(start, at))
  return parts
}

const BIND = 0x42
