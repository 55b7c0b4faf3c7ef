import { commandNamed, command } from '#lib/platform/command.ts';
import { rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { m } from '#lib/words.ts';

/** Rows of one kind that a company can try the portal with. They are imported like everybody's files, and undone like them. */
interface Sample {
  target: 'product' | 'customer';
  rows: Record<string, string>[];
}

const FILE = 'sample-';

const PRODUCTS = [
  { sku: 'SAMPLE-COLA', name: m.sample_cola(), unit: 'crate', base_price: '780' },
  { sku: 'SAMPLE-WATER', name: m.sample_water(), unit: 'carton', base_price: '420' },
  { sku: 'SAMPLE-JUICE', name: m.sample_juice(), unit: 'carton', base_price: '1150' },
];
const CUSTOMERS = [
  {
    code: 'SAMPLE-1',
    name: m.sample_mini_mart(),
    customer_type: 'retail',
    credit_limit: '50000',
    payment_terms_days: '14',
    address_label: m.shop(),
    street: m.sample_street({ number: 1 }),
    city: m.sample_city(),
  },
  {
    code: 'SAMPLE-2',
    name: m.sample_wholesalers(),
    customer_type: 'wholesale',
    credit_limit: '250000',
    payment_terms_days: '30',
    address_label: m.shop(),
    street: m.sample_street({ number: 7 }),
    city: m.sample_city(),
  },
];
/** What is imported one after the other, and taken back the other way round. */
const SAMPLES: Sample[] = [
  { target: 'product', rows: PRODUCTS },
  { target: 'customer', rows: CUSTOMERS },
];

const PAUSE_MS = 1000;
const pause = () => new Promise((resolve) => setTimeout(resolve, PAUSE_MS));

/** The sample imports that are there, the newest first. */
export function sampleImports() {
  return rows(
    supabase
      .from('imports')
      .select('id,status,target,version,allowed_commands')
      .like('file_name', `${FILE}%`)
      .not('status', 'in', '(undone,discarded)')
      .order('created_at', { ascending: false })
      .limit(20),
  );
}
type SampleImport = Awaited<ReturnType<typeof sampleImports>>[number];

const newest = (found: SampleImport[], target: string) => found.find((it) => it.target === target);

async function begin({ target, rows: given }: Sample): Promise<void> {
  const headers = Object.keys(given[0] ?? {});
  const { id } = await command('create_import', {
    target,
    file_name: `${FILE}${target}.csv`,
    format: 'CSV',
    headers,
    mapping: Object.fromEntries(headers.map((name) => [name, name])),
    is_whole: true,
  });
  const staged = given.map((values, index) => ({ line: index + 2, values }));
  await command('stage_import_rows', { import_id: id, rows: staged });
  await command('check_import', { import_id: id });
}

const give = (step: string, { id, version }: SampleImport) =>
  commandNamed(`${step}_import`, { import_id: id, expected_version: version });

/**
 * Imports the samples; what an earlier attempt has begun is gone on with.
 * @throws PortalError, and an Error with a sentence where a company already has records of these codes.
 */
export async function addSample(): Promise<void> {
  for (const sample of SAMPLES) {
    for (;;) {
      const known = newest(await sampleImports(), sample.target);
      if (!known) await begin(sample);
      else if (known.status === 'done') break;
      else if (known.allowed_commands?.includes('run')) await give('run', known);
      else if (known.status === 'staged') await give('check', known);
      else if (known.status === 'ready') throw new Error(m.the_sample_cannot_be_added_here());
      await pause();
    }
  }
}

/**
 * Takes back what nobody has built on.
 * @returns the kinds that stay, because something uses what they made
 */
export async function removeSample(): Promise<string[]> {
  const kept: string[] = [];
  for (const { target } of [...SAMPLES].reverse()) {
    for (;;) {
      const known = newest(await sampleImports(), target);
      if (!known) break;
      if (known.allowed_commands?.includes('discard')) await give('discard', known);
      else if (!known.allowed_commands?.includes('undo')) await pause();
      else {
        try {
          await give('undo', known);
        } catch (cause) {
          if ((cause as { key?: string }).key !== 'import_rows_in_use') throw cause;
          kept.push(target);
          break;
        }
      }
    }
  }
  return kept;
}
