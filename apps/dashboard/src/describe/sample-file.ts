/** A file that a person has dropped: kept in this page alone. */
export type SampleFile = {
  /** Tells it from others of the same name. */
  key: string
  file: File
  /** Base64 of as much of it as is tried. */
  content: string
  isCut: boolean
}

const TRIED_BYTES_MAX = 1_500_000
let taken = 0

/** @throws DOMException where the browser cannot read it */
export async function takeSample(file: File): Promise<SampleFile> {
  const head = new Uint8Array(await file.slice(0, 2).arrayBuffer())
  // A workbook is one whole; of anything else the beginning tells as much.
  const isWorkbook = head[0] === 0x50 && head[1] === 0x4b
  const isCut = !isWorkbook && file.size > TRIED_BYTES_MAX
  const bytes = new Uint8Array(await (isCut ? file.slice(0, TRIED_BYTES_MAX) : file).arrayBuffer())
  // The last line may have been cut through.
  const end = isCut ? bytes.lastIndexOf(0x0a) + 1 || bytes.length : bytes.length
  taken += 1
  return { key: `${taken} ${file.name}`, file, content: toBase64(bytes.subarray(0, end)), isCut }
}

function toBase64(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 0x8000)
    text += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
  return btoa(text)
}
