#!/usr/bin/env node
if (Number(process.versions.node.split('.')[0]) < 24) {
  console.error(`Keywright needs Node 24 or newer; this is Node ${process.versions.node} (${process.execPath}).`)
  process.exit(2)
}

// Imported only now: an older Node would fail on the rest with a message that names neither cause nor cure.
const { main } = await import('./cli/program.ts')
process.exitCode = await main(process.argv.slice(2), process)
