import type { enAssembly } from './en-assembly.ts'

/** 简体中文：预组装套装的组装与拆开。 */
export const zhAssembly: { assembly: Words<(typeof enAssembly)['assembly']> } = {
  assembly: {
    title: '组装与拆开',
    how: '要登记的操作',
    assemble: '组装',
    disassemble: '拆开',
    location: '仓库',
    locationOption: '{{code}} · {{name}} · 最多 {{n}} 套',
    kits: '套数',
    atMost: '{{location}} 最多 {{n}} 套',
    limitedBy: '受限于 {{sku}}',
    part: '组件',
    each: '每套用量',
    there: '该仓可售',
    uses: '本次用量',
    gives: '退回数量',
    action: {
      assemble: '组装 {{n}} 套',
      disassemble: '拆开 {{n}} 套',
    },
    ask: {
      assemble: '在 {{location}} 组装 {{n}} 套 {{sku}}？',
      disassemble: '在 {{location}} 拆开 {{n}} 套 {{sku}}？',
    },
    askText: {
      assemble: '请在现场组装完成后登记。组件出库、套装入库，并通知所有渠道。',
      disassemble: '请在现场拆开后登记。套装出库、组件退回库存，并通知所有渠道。',
    },
    done: {
      assemble: '已在 {{location}} 组装 {{n}} 套，该仓现有 {{onHand}} 套。',
      disassemble: '已在 {{location}} 拆开 {{n}} 套，该仓现有 {{onHand}} 套。',
    },
    undo: {
      assemble: '撤销：重新拆开这些套装',
      disassemble: '撤销：重新组装这些套装',
    },
    wrong: {
      'not-whole': '套数：请填写不小于 1 的整数。',
      none: {
        assemble: '套数：{{location}} 一套也无法组装。请先在该仓收入 {{sku}}，或选择其他仓库。',
        disassemble: '套数：{{location}} 没有可拆开的套装。请选择其他仓库。',
      },
      'too-many': {
        assemble:
          '套数：{{location}} 的 {{sku}} 只够 {{n}} 套（可售 {{available}}，每套用 {{each}}）。请填写不超过 {{n}} 的数，或先收入更多该组件。',
        disassemble: '套数：{{location}} 只有 {{n}} 套可以拆开。请填写不超过 {{n}} 的数。',
      },
    },
    obstacle: {
      'lot-missing': '无法在此登记：{{sku}} 按批次跟踪，必须指明成为哪个批次。请逐个调整这些商品的库存。',
      'serial-missing':
        '无法在此登记：{{sku}} 按序列号跟踪，必须指明是哪些序列号。请逐个调整这些商品的库存。',
    },
    nowhere: '任何仓库都还没有该套装或其组件。请先收入组件。',
  },
}
type Words<T> = T extends string ? string : { [Key in keyof T]: Words<T[Key]> }
