import wasmUrl from 'zxing-wasm/reader/zxing_reader.wasm?url'

/** Reads the code that a camera sees. @returns undefined where it sees none */
export type CodeReader = (video: HTMLVideoElement) => Promise<string | undefined>

/** What is printed on goods, cartons and shelves. */
const NATIVE = ['ean_13', 'ean_8', 'upc_a', 'upc_e', 'code_128', 'code_39', 'itf', 'qr_code', 'data_matrix']
const ZXING = ['EAN13', 'EAN8', 'UPCA', 'UPCE', 'Code128', 'Code39', 'ITF', 'QRCode', 'DataMatrix'] as const
/** Wider pictures take longer and read no more: a code is held before the camera. */
const WIDTH_MAX = 960

/** Not in TypeScript's own library: https://wicg.github.io/shape-detection-api/ (read 2026-11). */
type Detector = { detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]> }
type DetectorClass = {
  new (options: { formats: string[] }): Detector
  getSupportedFormats(): Promise<string[]>
}

/**
 * The browser's own reader where it has one for what is printed on goods; else one that is served by this hub, fetched
 * now (a megabyte).
 */
export async function openCodeReader(): Promise<CodeReader> {
  const Class = (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector
  if (Class !== undefined) {
    const supported = await Class.getSupportedFormats()
    const formats = NATIVE.filter((format) => supported.includes(format))
    if (formats.includes('ean_13') && formats.includes('code_128')) {
      const detector = new Class({ formats })
      return async (video) => (await detector.detect(video))[0]?.rawValue
    }
  }
  const { prepareZXingModule, readBarcodes } = await import('zxing-wasm/reader')
  await prepareZXingModule({ overrides: { locateFile: () => wasmUrl }, fireImmediately: true })
  const canvas = document.createElement('canvas')
  const context = canvas.getContext('2d', { willReadFrequently: true })
  if (context === null) throw new Error('This browser draws no pictures.')
  return async (video) => {
    const scale = Math.min(1, WIDTH_MAX / video.videoWidth)
    canvas.width = Math.round(video.videoWidth * scale)
    canvas.height = Math.round(video.videoHeight * scale)
    if (canvas.width === 0) return undefined
    context.drawImage(video, 0, 0, canvas.width, canvas.height)
    const picture = context.getImageData(0, 0, canvas.width, canvas.height)
    const found = await readBarcodes(picture, { formats: [...ZXING], maxNumberOfSymbols: 1 })
    return found[0]?.text
  }
}
