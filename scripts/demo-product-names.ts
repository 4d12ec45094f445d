/** Names of our own for the demo's products: a colour and a plain object that its price does not make absurd. */

export type ProductName = { en: string; zh: string }

const COLOURS: readonly (readonly [en: string, zh: string])[] = [
  ['Sea blue', '海蓝'],
  ['Moss green', '苔绿'],
  ['Brick red', '砖红'],
  ['Charcoal', '炭灰'],
  ['Ivory', '象牙白'],
  ['Mustard', '芥末黄'],
  ['Terracotta', '陶土色'],
  ['Plum', '梅紫'],
  ['Sand', '沙色'],
  ['Teal', '水鸭青'],
  ['Rose', '玫瑰粉'],
  ['Navy', '藏青'],
  ['Sage', '鼠尾草绿'],
  ['Copper', '铜色'],
  ['Sky blue', '天蓝'],
]

const CHEAP: readonly (readonly [en: string, zh: string])[] = [
  ['gift tag set', '礼品吊牌套装'],
  ['pencil', '铅笔'],
  ['tea light', '茶蜡'],
  ['paper napkins', '纸餐巾'],
  ['greeting card', '贺卡'],
  ['ribbon roll', '丝带卷'],
  ['sticker sheet', '贴纸'],
  ['drawer knob', '抽屉拉手'],
  ['key ring', '钥匙扣'],
  ['baking cups', '烘焙纸杯'],
  ['wrapping paper', '包装纸'],
  ['hair clip', '发夹'],
]

const MIDDLE: readonly (readonly [en: string, zh: string])[] = [
  ['stoneware mug', '陶瓷马克杯'],
  ['tea towel', '茶巾'],
  ['notebook', '笔记本'],
  ['lunch box', '午餐盒'],
  ['storage tin', '收纳罐'],
  ['shopping bag', '购物袋'],
  ['hand warmer', '暖手宝'],
  ['photo frame', '相框'],
  ['glass lantern', '玻璃提灯'],
  ['egg cup set', '蛋杯套装'],
  ['jigsaw puzzle', '拼图'],
  ['plant pot', '花盆'],
]

const DEAR: readonly (readonly [en: string, zh: string])[] = [
  ['cushion', '靠垫'],
  ['wall clock', '挂钟'],
  ['hot water bottle', '热水袋'],
  ['cake stand', '蛋糕架'],
  ['doormat', '门垫'],
  ['apron', '围裙'],
  ['table lamp', '台灯'],
  ['teapot', '茶壶'],
  ['picnic blanket', '野餐毯'],
  ['serving tray', '托盘'],
  ['bread bin', '面包箱'],
  ['umbrella', '雨伞'],
]

/**
 * One name for each price, no two alike.
 * @param pricesMinor prices in pence, one an item
 * @throws when one price band holds more items than there are names (180)
 */
export function productNames(pricesMinor: readonly number[]): ProductName[] {
  const takenByBand = new Map<readonly unknown[], number>()
  return pricesMinor.map((price) => {
    const band = bandOf(price)
    const nth = takenByBand.get(band) ?? 0
    takenByBand.set(band, nth + 1)
    const object = band[nth % band.length]
    const round = Math.floor(nth / band.length)
    // Shifted by the object, so that neighbours differ in colour too.
    const colour = COLOURS[(round + (nth % band.length)) % COLOURS.length]
    if (object === undefined || colour === undefined || round >= COLOURS.length) {
      throw new Error('More items in one price band than names for them')
    }
    return { en: `${colour[0]} ${object[0]}`, zh: `${colour[1]}${object[1]}` }
  })
}

function bandOf(priceMinor: number) {
  if (priceMinor < 125) return CHEAP
  return priceMinor < 300 ? MIDDLE : DEAR
}
