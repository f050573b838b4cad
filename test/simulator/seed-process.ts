// A process that runs the seeds its parent sends, until that lets go of it.
import { simulate, type SimulationOptions } from './simulation.ts'

process.on('message', (run: SimulationOptions) => void simulate(run).then((outcome) => process.send?.(outcome)))
process.on('disconnect', () => process.exit())
