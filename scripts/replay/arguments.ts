import { parseArgs } from 'node:util';
import type { DateOrder } from '../../web/src/lib/table/dates.ts';
import type { Decimal } from '../../web/src/lib/table/numbers.ts';

export interface Arguments {
  file: string;
  /** How many of the file's invoices to carry; null = all. */
  invoices: number | null;
  clients: number;
  /** Short name of the company; null = made from the file. */
  tenant: string | null;
  /** For a file that can be read in two ways. */
  dates: DateOrder | undefined;
  decimal: Decimal | undefined;
}

export const USAGE = `npm run replay -- <file.csv> [--invoices N] [--clients 8] [--tenant name]

  --invoices N   only the first N invoices that can be orders
  --clients N    so many at once, each with a van and a driver (1 to 32; default 8)
  --tenant name  short name of the company that is made; the same name goes on where it stopped
  --dates d/m/y  or m/d/y, for a file whose dates do not tell
  --decimal comma  or point, for a file whose numbers do not tell`;

function readNumber(name: string, text: string, max: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= max) return value;
  throw new Error(`--${name} has to be a number from 1 to ${max}, not "${text}".`);
}

function readChoice<T extends string>(name: string, text: string | undefined, choices: T[]) {
  const choice = choices.find((it) => it === text);
  if (text === undefined || choice !== undefined) return choice;
  throw new Error(`--${name} has to be ${choices.join(' or ')}, not "${text}".`);
}

export function readArguments(args: string[]): Arguments {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      invoices: { type: 'string' },
      clients: { type: 'string', default: '8' },
      tenant: { type: 'string' },
      dates: { type: 'string' },
      decimal: { type: 'string' },
    },
  });
  const [file, ...others] = positionals;
  if (file === undefined || others.length > 0) throw new Error(`Name one file.\n\n${USAGE}`);
  if (values.tenant !== undefined && !/^[a-z0-9](-?[a-z0-9]){1,39}$/.test(values.tenant)) {
    throw new Error('--tenant takes 2 to 40 small letters, digits and single hyphens.');
  }
  return {
    file,
    invoices:
      values.invoices === undefined ? null : readNumber('invoices', values.invoices, 1_000_000),
    clients: readNumber('clients', values.clients, 32),
    tenant: values.tenant ?? null,
    dates: readChoice('dates', values.dates, ['d/m/y', 'm/d/y']),
    decimal: readChoice('decimal', values.decimal, ['point', 'comma']),
  };
}
