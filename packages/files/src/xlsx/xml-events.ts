import sax from 'sax'
import { FileProblem } from '../errors.ts'

/** What is heard of a part of an Excel file. Names are without their namespace's prefix. */
export type XmlHandler = {
  open(name: string, attributes: Record<string, string>): void
  text(text: string): void
  close(name: string): void
}

/**
 * Feeds a part to a handler and gives the word back after each piece, so that what was gathered can be handed on.
 * Entities of its own and document types are refused: no spreadsheet writes them.
 */
export async function* feedXml(part: AsyncIterable<string>, handler: XmlHandler): AsyncGenerator<void> {
  const parser = sax.parser(true, { position: false })
  let failure: Error | undefined
  parser.onerror = (error) => {
    failure ??= error
    parser.resume()
  }
  parser.ondoctype = () => {
    failure ??= new Error('it declares a document type')
  }
  parser.onopentag = (tag) => {
    // Without `xmlns` attributes are plain texts; the type allows for both.
    handler.open(localName(tag.name), tag.attributes as Record<string, string>)
  }
  parser.ontext = (text) => handler.text(text)
  parser.oncdata = (text) => handler.text(text)
  parser.onclosetag = (name) => handler.close(localName(name))
  for await (const text of part) {
    parser.write(text)
    if (failure !== undefined) throw unreadable(failure)
    yield
  }
  parser.close()
  if (failure !== undefined) throw unreadable(failure)
  yield
}

function localName(name: string): string {
  const colon = name.indexOf(':')
  return colon < 0 ? name : name.slice(colon + 1)
}

function unreadable(cause: Error): FileProblem {
  const [why = ''] = cause.message.split('\n')
  return new FileProblem('file-unreadable', `A part of the Excel file is broken (${why}).`, { cause })
}

/** Reads a small part to its end. */
export async function readXml(part: AsyncIterable<string>, handler: XmlHandler): Promise<void> {
  for await (const _ of feedXml(part, handler)) {
    // Everything is told to the handler.
  }
}
