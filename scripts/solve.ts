/**
 * Plans a VROOM request from a file or standard input with the embedded solver.
 *
 *   npm run solve -- [--time 1] [--iterations N] [--seed 1] [--explain] [--svg OUT.svg] [FILE]
 *
 * Standard output carries VROOM's JSON and nothing else; progress and explanations go to standard
 * error. Exit 0: a plan, even one that leaves tasks out. Exit 2: bad input, with VROOM's code and
 * message as JSON. Exit 1: anything else.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import {
  drawPlan,
  INPUT_ERROR,
  INTERNAL_ERROR,
  parseBody,
  solveAndExplain,
  SolverError,
} from '../solver/mod.ts';
import type { Explained, Progress } from '../solver/mod.ts';

const USAGE =
  'Usage: npm run solve -- [--time SECONDS] [--iterations N] [--seed N] [--explain] [--svg OUT.svg] [FILE]';

interface Arguments {
  file: string | undefined;
  time: number | undefined;
  iterations: number | undefined;
  seed: number | undefined;
  explain: boolean;
  svg: string | undefined;
}

function readArguments(): Arguments {
  const options = {
    time: { type: 'string' },
    iterations: { type: 'string' },
    seed: { type: 'string' },
    explain: { type: 'boolean', default: false },
    svg: { type: 'string' },
  } as const;
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    if (positionals.length > 1) throw new Error(`Only one file at a time: ${positionals[1]}.`);
    return {
      file: positionals[0],
      time: readNumber('time', values.time, false),
      iterations: readNumber('iterations', values.iterations, true),
      seed: readNumber('seed', values.seed, true),
      explain: values.explain,
      svg: values.svg,
    };
  } catch (error) {
    throw new SolverError(INPUT_ERROR, `${(error as Error).message}\n${USAGE}`);
  }
}

function readNumber(name: string, text: string | undefined, whole: boolean): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0) || value === Infinity) {
    throw new Error(`--${name} needs a number of at least 0, not "${text}".`);
  }
  if (whole && !Number.isSafeInteger(value)) throw new Error(`--${name} needs a whole number.`);
  return value;
}

function readRequest(file: string | undefined): unknown {
  let text: string;
  try {
    text = readFileSync(file ?? 0, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new SolverError(INPUT_ERROR, `Cannot read ${file ?? 'standard input'} (${code}).`);
  }
  return parseBody(text);
}

function showProgress({ elapsed, iterations, cost, routes, unassigned }: Progress): void {
  process.stderr.write(
    `\r\u001b[K${(elapsed / 1000).toFixed(2)} s  ${iterations} iterations  cost ${Math.round(cost)}  ` +
      `${routes} routes  ${unassigned} left out`,
  );
}

function explain({ solution, explanations, iterations, firstPlan }: Explained): void {
  const lines = [
    `${iterations} iterations, first plan after ${firstPlan.toFixed(1)} ms, ` +
      `cost ${solution.summary.cost}, ${solution.summary.routes} routes`,
    ...solution.unassigned.map((entry, i) => {
      const byVehicle = Object.entries(explanations[i]?.vehicles ?? {})
        .map(([id, rules]) => `vehicle ${id}: ${rules.join(', ') || 'could serve it alone'}`)
        .join('; ');
      return `${entry.type} ${entry.id}: ${entry.reason ?? 'not in any steps'} (${byVehicle})`;
    }),
  ];
  process.stderr.write(`${lines.join('\n')}\n`);
}

async function main(): Promise<void> {
  const args = readArguments();
  const request = readRequest(args.file);
  const { isTTY } = process.stderr;
  const explained = await solveAndExplain(request, {
    ...(args.time !== undefined && { time: args.time }),
    ...(args.iterations !== undefined && { iterations: args.iterations }),
    ...(args.seed !== undefined && { seed: args.seed }),
    ...(isTTY && { onProgress: showProgress }),
  });
  if (isTTY) process.stderr.write('\n');
  if (args.explain) explain(explained);
  if (args.svg !== undefined) {
    const name = args.file === undefined ? 'plan' : basename(args.file, '.json');
    const picture = drawPlan(explained.solution, name);
    if (picture === undefined) {
      throw new SolverError(INPUT_ERROR, 'No coordinates in the request: nothing to draw.');
    }
    writeFileSync(args.svg, picture);
  }
  process.stdout.write(`${JSON.stringify(explained.solution)}\n`);
}

main().catch((error: unknown) => {
  const known = error instanceof SolverError;
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`[Error] ${message}\n`);
  const failure = known ? error : { code: INTERNAL_ERROR, error: message };
  process.stdout.write(`${JSON.stringify(failure)}\n`);
  process.exitCode = known && error.code !== INTERNAL_ERROR ? 2 : 1;
});
