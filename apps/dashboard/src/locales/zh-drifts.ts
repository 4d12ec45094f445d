import type { enDrifts } from './en-drifts.ts'

/** 平台数量与中枢数量之间等待决定的差异。 */
export const zhDrifts: typeof enDrifts = {
  drifts: {
    title: '无法解释的数量',
    note: '平台显示的数量与中枢写入、且由订单可以解释的数量不同。在有人决定之前，这样的刊登只随销售下调，不会上调。',
    notYours: '只有管理员和所有者可以决定。',
    shows: '平台显示',
    says: '中枢所知',
    by: '差异',
    gone: '已不存在的刊登',
    cause: {
      'edited-on-platform': '有人在平台后台手动改了数量。',
      'unseen-sale': '可能是中枢尚未得知的销售。',
      'platform-correction': '平台自行加回了取消或退货订单的数量。',
    },
    rule: {
      ask: '该连接的规则：询问。',
      'platform-wins': '该连接的规则以平台为准，但这一处无法自动入账。',
      'hub-wins': '该连接的规则以中枢为准。',
    },
    choice: { hub: '恢复为 {{n}}', platform: '接受 {{n}}' },
    all: { hub: '全部恢复', platform: '全部接受' },
    text: {
      hub: '按当前数量重新写入平台：期间的销售会扣除。不产生库存变动。',
      platform: '以平台为准：在 {{location}} 记一笔调整 {{units}}，其他渠道随之更新。',
    },
    allText: {
      hub_one: '为 1 条刊登重新写入中枢的数量。不产生库存变动。',
      hub_other: '为 {{n}} 条刊登重新写入中枢的数量。不产生库存变动。',
      platform_one: '1 条刊登以平台为准：差异记为调整，其他渠道随之更新。',
      platform_other: '{{n}} 条刊登以平台为准：每处差异记为调整，其他渠道随之更新。',
    },
    working: '正在分批处理…',
    refused: '已决定 {{resolved}} 处，{{refused}} 处无法处理，仍在等待：',
  },
}
