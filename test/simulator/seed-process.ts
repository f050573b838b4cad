// A process that runs the seeds its parent sends.
import { simulate, type SimulationOptions } from './simulation.ts'

process.on('message', (run: SimulationOptions) => void simulate(run).then((outcome) => process.send?.(outcome)))
