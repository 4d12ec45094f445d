// Before the first paint: the stored theme and language, so that neither flashes by. See src/theme.ts.
const theme = localStorage.getItem('plimsoll.theme')
if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
const language = localStorage.getItem('plimsoll.language') ?? navigator.language
document.documentElement.lang = language.startsWith('zh') ? 'zh-CN' : 'en'
