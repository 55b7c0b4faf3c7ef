/**
 * Tries every door of the running stack from outside and says which are open: `npm run attack`.
 *
 * For stacks with the demo companies, on this machine. At the end it kills parts of the stack, which have
 * to stand again. Afterwards one demo account, viewer@globex.test, rests for five minutes.
 *
 * Exit 0: every door held. Exit 1: one is open, or it could not be tried.
 */
import { stateHome } from '../supabase/stack/paths.ts';
import { attack } from './attack/attack.ts';
import { doors, doorsOfProcesses } from './attack/doors.ts';
import { findTarget } from './attack/find.ts';

const write = (text: string): void => void process.stdout.write(`${text}\n`);

try {
  const target = await findTarget(stateHome, process.argv[2]);
  const results = await attack(
    target,
    [...doors, ...doorsOfProcesses],
    ({ name, isHeld, found }) => {
      write(`${isHeld ? '✓' : '✗'} ${name}: ${found}`);
    },
  );
  const open = results.filter(({ isHeld }) => !isHeld).length;
  write(open === 0 ? 'Every door held.' : `${open} of ${results.length} doors did not hold.`);
  process.exitCode = open === 0 ? 0 : 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
