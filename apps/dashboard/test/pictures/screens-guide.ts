import { english, type Look } from '../screens.ts'
import type { ShownScreen } from './shown-screen.ts'

/** The guide to the screens, `docs/guides/screens.md` and its Chinese twin, as text. Pure. */

/** The looks whose pictures are kept: each language in both themes and at both widths, once. Others are for looking at only. */
export const keptLooks: Readonly<Record<Look['language'], readonly [wide: Look, narrow: Look]>> = {
  en: [english, { language: 'en', theme: 'dark', width: 390 }],
  zh: [
    { language: 'zh', theme: 'dark', width: 1440 },
    { language: 'zh', theme: 'light', width: 390 },
  ],
}
/** All eight. */
export const everyLook: readonly Look[] = (['en', 'zh'] as const).flatMap((language) =>
  (['light', 'dark'] as const).flatMap((theme) => [1440, 390].map((width) => ({ language, theme, width }))),
)

/** The name of a picture's file. */
export function pictureName(screen: { name: string }, { width, theme, language }: Look): string {
  return `${screen.name}-${width}-${theme}-${language}.webp`
}

/** The guide's file in a language. */
export const guideFile = { en: 'screens.md', zh: 'screens.zh.md' } as const

const words = {
  en: {
    head: [
      '# Every screen, and what it is for',
      '',
      '[中文](screens.zh.md)',
      '',
      'Each at 1440 pixels in light and at 390 in dark; the Chinese page has the other two themes. All pictures are of the demo and',
      'taken by one command, which also writes this page: `npm run screenshots -- DEMO` (`apps/dashboard/test/screenshots.ts`).',
    ],
    narrow: 'on a phone',
  },
  zh: {
    head: [
      '# 每个页面及其用途',
      '',
      '[English](screens.md)',
      '',
      '每个页面各有一张 1440 像素的深色图和一张 390 像素的浅色图；英文页面则相反。所有图片取自演示环境，由一条命令拍摄并生成本页：',
      '`npm run screenshots -- DEMO`（`apps/dashboard/test/screenshots.ts`）。',
    ],
    narrow: '手机上',
  },
} as const

/** One language's guide: each screen with its address, what it is for, and its two pictures beside each other. */
export function toScreensGuide(screens: readonly ShownScreen[], language: Look['language']): string {
  const { head, narrow } = words[language]
  const [wide, phone] = keptLooks[language]
  const parts = screens.map((screen) => {
    const [title, says] = screen[language]
    const address = (look: Look) => `../images/screens/${pictureName(screen, look)}`
    const sign = language === 'en' ? ', ' : '，'
    return [
      `## ${title}`,
      '',
      `\`${screen.route}\``,
      '',
      says,
      '',
      `| 1440 | 390 |`,
      '| --- | --- |',
      `| ![${title}](${address(wide)}) | ![${title}${sign}${narrow}](${address(phone)}) |`,
    ].join('\n')
  })
  return `${[head.join('\n'), ...parts].join('\n\n')}\n`
}
