import { DatabaseSync } from 'node:sqlite'

/** Makes the "legacy database": `node make-legacy.ts FILE COUNT`. */
const [file = 'people.sqlite', count = '500'] = process.argv.slice(2)
const legacy = new DatabaseSync(file)
legacy.exec(`CREATE TABLE people (number INTEGER PRIMARY KEY, mail TEXT NOT NULL UNIQUE, given TEXT, family TEXT, crm_id INTEGER); BEGIN`)
const insert = legacy.prepare('INSERT INTO people (mail, given, family) VALUES (?, ?, ?)')
for (let number = 1; number <= Number(count); number++) insert.run(`person${number}@example.com`, `Given${number}`, `Family${number}`)
legacy.exec('COMMIT')
legacy.close()
