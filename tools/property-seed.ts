// Loaded into every test process: properties try the same cases in every run, so that a change is judged by itself.
// `PROPERTY_SEED=N npm test` tries others; `PROPERTY_SEED=random` new ones each time.
import { configureGlobal, readConfigureGlobal } from 'fast-check'

const seed = process.env['PROPERTY_SEED'] ?? '20261122'
if (seed !== 'random') configureGlobal({ ...readConfigureGlobal(), seed: Number(seed) })
