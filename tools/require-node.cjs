// Loaded before every script of package.json (`node --require`), in a form that the oldest Node can read: a TypeScript file
// would fail there with a message that names neither the cause nor the cure.
'use strict'

var FLOOR = 24
var major = Number(process.versions.node.split('.')[0])

if (major < FLOOR) {
  console.error(
    'Keywright needs Node ' +
      FLOOR +
      ' or newer; this is Node ' +
      process.versions.node +
      ' (' +
      process.execPath +
      ').\n' +
      'The repository brings its own: run "npm ci" without --omit=optional, then start everything through npm,\n' +
      'for example "npm start", "npm test" or "npm run keywright -- --help". npm puts that Node first in the PATH of its scripts.\n' +
      'On a platform for which package.json lists no Node, install Node ' +
      FLOOR +
      ' or newer yourself.',
  )
  process.exit(1)
}
