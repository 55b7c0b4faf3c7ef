import { z } from 'zod';
import { type Attempt, makeErrand, type WorkerDependencies } from '../_shared/worker.ts';
import { TaxFailure, type TaxAuthority } from './authority.ts';

const toldSchema = z.object({
  may_be_there: z.boolean(),
  device: z.object({
    pin: z.string(),
    branch: z.string(),
    control_unit: z.string(),
    key: z.string(),
  }),
  document: z.object({
    kind: z.enum(['invoice', 'credit_note']),
    number: z.number().int(),
    original: z.number().int().nullable(),
    name: z.string(),
    issued_on: z.string(),
    buyer: z.object({ name: z.string().nullable(), pin: z.string().nullable() }),
    lines: z.array(
      z.object({
        sku: z.string(),
        name: z.string(),
        unit: z.string(),
        quantity: z.number(),
        amount: z.number(),
        tax: z.number(),
        rates: z.array(z.number()),
      }),
    ),
  }),
});
const foundSchema = z.union([toldSchema, z.object({ waits: z.literal(true) })]);

export interface Dependencies extends WorkerDependencies {
  authority: TaxAuthority;
}

/**
 * Tells issued invoices and credit notes to the tax authority. An attempt of which nobody knows whether it
 * arrived is settled by asking for its number first; the authority makes one receipt per number.
 */
export function makeHandler(dependencies: Dependencies): (request: Request) => Promise<Response> {
  return makeErrand(
    {
      worker: 'submit-tax',
      queue: 'submit_tax',
      batch: 10,
      // Longer than two calls of the authority may take: nobody else tells the same document meanwhile.
      visibilitySeconds: 90,
      id: 'submission_id',
      find: 'tax_submission_to_send',
      found: foundSchema,
      record: 'record_tax_result',
      words: { taken: 'sent', givenUp: 'refused' },
      attempt: (found) => attempt(found, dependencies.authority),
    },
    dependencies,
  );
}

async function attempt(
  found: z.infer<typeof foundSchema>,
  authority: TaxAuthority,
): Promise<Attempt> {
  if ('waits' in found) return { error: 'tax_original_waits', isFinal: false, result: {} };
  const { may_be_there: mayBeThere, device, document } = found;
  try {
    const earlier = mayBeThere ? await authority.find(device, document) : null;
    const receipt = earlier ?? (await authority.submit(device, document));
    return { error: null, isFinal: false, result: { receipt } };
  } catch (error) {
    if (!(error instanceof TaxFailure)) throw error;
    return { error: error.key, isFinal: error.isFinal, result: { response: error.message } };
  }
}
