/**
 * What of a process reaches everything that runs in it: its environment and folder, what it hears and prints with, its
 * clock, and the servers and processes that are open in it. Two looks are equal when nothing was left in between.
 */
export function lookAround() {
  const open = process.getActiveResourcesInfo()
  const count = (kind: string) => open.filter((each) => each === kind).length
  return {
    environment: { ...process.env },
    folder: process.cwd(),
    exitCode: process.exitCode,
    signals: process.eventNames().filter((name) => typeof name === 'string' && name.startsWith('SIG')),
    prints: [process.stdout.write, process.stderr.write, console.log],
    clock: [Date, setTimeout, setInterval, performance.now],
    servers: count('TCPServerWrap'),
    children: count('ProcessWrap'),
  }
}
