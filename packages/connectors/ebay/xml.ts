import { Invalid } from '@plimsoll/connector-kit'
import sax from 'sax'

/** One element of a document, without its namespace's prefix. */
export type XmlElement = {
  name: string
  attributes: Record<string, string>
  text: string
  children: XmlElement[]
}

const depthMax = 40

/**
 * Reads a whole document. Document types are refused: eBay sends none, and entities of one's own could grow without end.
 * @throws Error that says why
 */
export function readXml(document: string): XmlElement {
  const parser = sax.parser(true, { position: false })
  const open: XmlElement[] = []
  let root: XmlElement | undefined
  let failure: Error | undefined
  const fail = (error: Error) => {
    failure ??= error
  }
  parser.onerror = (error) => {
    fail(error)
    parser.resume()
  }
  parser.ondoctype = () => fail(new Error('it declares a document type'))
  parser.onopentag = (tag) => {
    // Without `xmlns` attributes are plain texts; the type allows for both.
    const attributes = tag.attributes as Record<string, string>
    const element: XmlElement = { name: localName(tag.name), attributes, text: '', children: [] }
    if (open.length >= depthMax) fail(new Error('it is nested too deeply'))
    if (open.length === 0 && root !== undefined) fail(new Error('it has more than one root'))
    open.at(-1)?.children.push(element)
    root ??= element
    open.push(element)
  }
  const addText = (text: string) => {
    const element = open.at(-1)
    if (element !== undefined) element.text += text
  }
  parser.ontext = addText
  parser.oncdata = addText
  parser.onclosetag = () => void open.pop()
  parser.write(document.replace(/^\uFEFF/, '')).close()
  if (failure !== undefined) throw failure
  if (root === undefined) throw new Error('it has no element')
  return root
}

export function childrenOf(element: XmlElement | undefined, name: string): XmlElement[] {
  return element?.children.filter((child) => child.name === name) ?? []
}

/** The first element at the end of a path below; undefined where one of it is missing. */
export function childOf(element: XmlElement | undefined, ...path: string[]): XmlElement | undefined {
  return path.reduce<XmlElement | undefined>(
    (found, name) => found?.children.find((child) => child.name === name),
    element,
  )
}

/** Text of the element at the end of a path; undefined where it is missing or blank. */
export function textOf(element: XmlElement | undefined, ...path: string[]): string | undefined {
  return childOf(element, ...path)?.text.trim() || undefined
}

/** What an element holds: text, or elements by name; a list is the same name again. */
export type XmlContent =
  | string
  | number
  | boolean
  | { [name: string]: XmlContent | readonly XmlContent[] | undefined }

/** @throws Invalid for characters that XML cannot hold at all */
export function writeXml(name: string, content: XmlContent | readonly XmlContent[] | undefined): string {
  if (content === undefined) return ''
  if (Array.isArray(content)) return content.map((each) => writeXml(name, each)).join('')
  return `<${name}>${inner(content as XmlContent)}</${name}>`
}

function inner(content: XmlContent): string {
  if (typeof content !== 'object') return escapeXml(String(content))
  return Object.entries(content)
    .map(([name, each]) => writeXml(name, each))
    .join('')
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

function escapeXml(text: string): string {
  for (const character of text) {
    if (!isXmlCharacter(character.codePointAt(0) ?? 0))
      throw new Invalid(`XML cannot hold "${JSON.stringify(character)}"`, 'text')
  }
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character)
}

/** XML 1.0, production 2 (Char). */
function isXmlCharacter(code: number): boolean {
  if (code < 0x20) return code === 0x9 || code === 0xa || code === 0xd
  return code <= 0xd7ff || (code >= 0xe000 && code <= 0xfffd) || code >= 0x10000
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}
