import { Malformed } from '@plimsoll/connector-kit'
import sax from 'sax'

const DEPTH_MAX = 100
const NODES_MAX = 2_000_000

/**
 * XML as an object: children under their names, a list where there are several of one name, attributes under `@name`, the
 * text of an element with neither as itself, otherwise under `#text`. Prefixes of namespaces are left out. What declares a
 * document type is refused: entities of its own could grow without end, or fetch what is none of its business.
 * @throws Malformed where it is not whole
 */
export function readXml(text: string, name: string): unknown {
  const parser = sax.parser(true, { trim: true, position: true })
  const fail = (why: string): never => {
    throw new Malformed(`${name} is not read: ${why}.`, '')
  }
  type Open = { name: string; values: Record<string, unknown>; text: string }
  const root: Open = { name: '', values: {}, text: '' }
  const open: Open[] = [root]
  let nodes = 0
  parser.onerror = (error) => {
    throw error
  }
  parser.ondoctype = () => fail('it declares a document type')
  parser.onopentag = ({ name: tag, attributes }) => {
    nodes += 1
    if (nodes > NODES_MAX) fail('it has too many elements')
    if (open.length > DEPTH_MAX) fail('it is nested too deep')
    const values: Record<string, unknown> = {}
    for (const [key, value] of Object.entries(attributes))
      if (!key.startsWith('xmlns')) set(values, `@${local(key)}`, String(value))
    open.push({ name: local(tag), values, text: '' })
  }
  const add = (some: string) => {
    const top = open.at(-1)
    if (top !== undefined) top.text += some
  }
  parser.ontext = add
  parser.oncdata = add
  parser.onclosetag = () => {
    const closed = open.pop()
    const parent = open.at(-1)
    if (closed === undefined || parent === undefined) return
    const isLeaf = Object.keys(closed.values).length === 0
    if (!isLeaf && closed.text !== '') set(closed.values, '#text', closed.text)
    // An empty element says nothing (I12).
    if (isLeaf && closed.text === '') return
    set(parent.values, closed.name, isLeaf ? closed.text : closed.values)
  }
  try {
    parser.write(text.replace(/^\uFEFF/, '')).close()
  } catch (cause) {
    if (cause instanceof Malformed) throw cause
    throw new Malformed(`${name} is not read: it is no whole XML (line ${parser.line + 1}).`, '')
  }
  if (open.length !== 1 || nodes === 0) return fail('it is cut off')
  return root.values
}

function local(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}

/** The second of one name makes a list of them. Names such as `__proto__` are names like any other. */
function set(values: Record<string, unknown>, name: string, value: unknown): void {
  const known = Object.hasOwn(values, name) ? values[name] : undefined
  const next = known === undefined ? value : Array.isArray(known) ? [...known, value] : [known, value]
  if (Array.isArray(known)) known.push(value)
  else
    Object.defineProperty(values, name, { value: next, enumerable: true, configurable: true, writable: true })
}

/** The same way back. @throws Malformed, not sent, where something is no name or no character of XML */
export function writeXml(value: unknown, encoding: string): string {
  return `<?xml version="1.0" encoding="${encoding.toUpperCase()}"?>\n${childrenOf(value, '')}`
}

function childrenOf(value: unknown, indent: string): string {
  if (typeof value !== 'object' || value === null) return escapeText(value)
  return Object.entries(value)
    .filter(([name]) => !name.startsWith('@') && name !== '#text')
    .flatMap(([name, child]) =>
      (Array.isArray(child) ? child : [child]).map((one) => elementOf(name, one, indent)),
    )
    .join('')
}

function elementOf(name: string, value: unknown, indent: string): string {
  if (!/^[\p{L}_][\p{L}\p{N}._:-]*$/u.test(name))
    throw new Malformed(`"${name}" is no name of an XML element.`, '', false)
  if (value === undefined || value === null) return ''
  if (typeof value !== 'object') return `${indent}<${name}>${escapeText(value)}</${name}>\n`
  const attributes = Object.entries(value)
    .filter(([key, given]) => key.startsWith('@') && given !== undefined && given !== null)
    .map(([key, given]) => ` ${key.slice(1)}="${escapeText(given).replaceAll('"', '&quot;')}"`)
    .join('')
  const text = Object.entries(value).find(([key]) => key === '#text')?.[1]
  const children = childrenOf(value, `${indent}  `)
  if (children === '')
    return `${indent}<${name}${attributes}>${text === undefined ? '' : escapeText(text)}</${name}>\n`
  return `${indent}<${name}${attributes}>\n${children}${indent}</${name}>\n`
}

function escapeText(value: unknown): string {
  const text = String(value)
  if (/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u.test(text))
    throw new Malformed('A text holds a character that XML has no place for.', '', false)
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#13;')
}
