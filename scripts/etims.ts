/**
 * Plays a control unit of Kenya's eTIMS for a taxpayer, and prints the key that the company enters:
 *
 *   npm run etims -- <PIN> [port]
 *
 * The stack has to be started with ETIMS_API_URL=http://127.0.0.1:<port>.
 */
import { ControlUnit } from './etims/control_unit.ts';

const [pin, port = '4398'] = process.argv.slice(2);
const write = (text: string): void => void process.stdout.write(`${text}\n`);

if (pin === undefined) {
  write('npm run etims -- <PIN> [port]');
  process.exitCode = 1;
} else {
  const unit = new ControlUnit({ pin, port: Number(port) });
  await unit.start();
  write(`Control unit ${unit.id} of ${pin}, branch ${unit.branch}: ${unit.url}`);
  write(`Communication key: ${unit.key}`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void unit.stop());
}
