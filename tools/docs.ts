// `npm run docs`: writes the reference pages that are made from definitions. A tidy test fails when one is out of date.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { referencePages } from './reference-pages.ts'

for (const { path, text } of referencePages()) writeFileSync(join(import.meta.dirname, '..', path), text)
