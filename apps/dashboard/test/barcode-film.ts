import { writeFileSync } from 'node:fs'

/** A film of a printed EAN-13, for the camera of a browser in tests: uncompressed (YUV4MPEG2), one picture, shown again and again. */
export function writeBarcodeFilm(file: string, digits: string): void {
  const [width, height, moduleWidth] = [640, 480, 4]
  const modules = modulesOf(digits)
  const from = Math.floor((width - modules.length * moduleWidth) / 2)
  const light = Buffer.alloc(width * height, 235)
  for (let y = 120; y < 360; y += 1)
    for (const [nth, module] of [...modules].entries())
      if (module === '1')
        light.fill(16, y * width + from + nth * moduleWidth, y * width + from + (nth + 1) * moduleWidth)
  const colour = Buffer.alloc((width * height) / 2, 128)
  const head = Buffer.from(`YUV4MPEG2 W${width} H${height} F15:1 Ip A1:1 C420jpeg\n`)
  const frame = Buffer.concat([Buffer.from('FRAME\n'), light, colour])
  writeFileSync(file, Buffer.concat([head, frame, frame]))
}

// ISO/IEC 15420: the left half's sets by the first digit; the right half is the complement of set A.
const SET_A = [
  '0001101',
  '0011001',
  '0010011',
  '0111101',
  '0100011',
  '0110001',
  '0101111',
  '0111011',
  '0110111',
  '0001011',
]
const PARITY = [
  'AAAAAA',
  'AABABB',
  'AABBAB',
  'AABBBA',
  'ABAABB',
  'ABBAAB',
  'ABBBAA',
  'ABABAB',
  'ABABBA',
  'ABBABA',
]
const complement = (bits: string) => [...bits].map((bit) => (bit === '1' ? '0' : '1')).join('')
const setB = (bits: string) => [...complement(bits)].reverse().join('')

function modulesOf(digits: string): string {
  const [first = 0, ...rest] = [...digits].map(Number)
  const bits = rest.map((digit) => SET_A[digit] ?? '')
  const left = bits.slice(0, 6).map((each, nth) => (PARITY[first]?.[nth] === 'A' ? each : setB(each)))
  return `101${left.join('')}01010${bits.slice(6).map(complement).join('')}101`
}
