/** The storefront's look; `--accent` and `--on-accent` come before it. */
export const style = `
:root { color-scheme: light dark; --ink: light-dark(#16181d, #eceef2); --quiet: light-dark(#5a6070, #a3a9b8);
  --paper: light-dark(#f6f7f9, #121419); --card: light-dark(#fff, #1b1e25); --line: light-dark(#e0e3e9, #2c313b);
  --out: light-dark(#b3261e, #ff8a80) }
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei", sans-serif }
.notice { margin: 0; padding: 6px 16px; background: var(--accent); color: var(--on-accent); text-align: center; font-size: 13px }
header, main { max-width: 1200px; margin: 0 auto; padding: 16px }
header { display: flex; flex-wrap: wrap; gap: 12px 20px; align-items: center }
h1 { margin: 0; font-size: 22px; display: flex; gap: 10px; align-items: center }
.mark { width: 22px; height: 22px; border-radius: 7px; background: var(--accent) }
form { flex: 1 1 220px }
input[type=search] { width: 100%; padding: 10px 14px; border: 1px solid var(--line); border-radius: 10px;
  background: var(--card); color: inherit; font: inherit }
a { color: inherit }
.quiet { color: var(--quiet); font-size: 13px }
#status { position: fixed; z-index: 1; left: 16px; right: 16px; bottom: 16px; max-width: 520px; margin: 0 auto;
  padding: 12px 16px; border-radius: 12px; background: var(--ink); color: var(--paper); font-weight: 600;
  text-align: center }
#status:empty { display: none }
@media (min-width: 960px) {
  main { display: grid; grid-template-columns: 1fr 270px; gap: 28px; align-items: start }
  section { position: sticky; top: 16px }
}
#products { list-style: none; margin: 12px 0 28px; padding: 0; display: grid; gap: 14px;
  grid-template-columns: repeat(auto-fill, minmax(170px, 1fr)) }
#products li { display: flex; flex-direction: column; gap: 4px; padding: 12px; background: var(--card);
  border: 1px solid var(--line); border-radius: 14px }
.picture { height: 84px; border-radius: 10px; display: grid; place-items: center; font-size: 34px; font-weight: 700;
  background: light-dark(hsl(var(--hue) 70% 90%), hsl(var(--hue) 30% 24%));
  color: light-dark(hsl(var(--hue) 60% 32%), hsl(var(--hue) 70% 80%)) }
.title { font-weight: 600; overflow-wrap: anywhere }
.sku { overflow-wrap: anywhere }
.row { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 4px; margin-top: auto }
.stock { font-variant-numeric: tabular-nums }
.stock.out { color: var(--out) }
.stock.changed { font-weight: 700 }
button { padding: 9px; border: 0; border-radius: 10px; background: var(--accent); color: var(--on-accent);
  font: inherit; font-weight: 600; cursor: pointer }
button:disabled { background: var(--line); color: var(--quiet); cursor: not-allowed }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
h2 { font-size: 17px; margin: 0 }
section { padding: 16px; background: var(--card); border: 1px solid var(--line); border-radius: 14px }
#orders { margin: 0; padding-left: 20px; overflow-wrap: anywhere }
#count { margin: 0 }
`
