import { z } from 'zod';
import { askMeta, type Graph, MetaFailure } from '../_shared/meta.ts';
import { type Attempt, makeErrand, type WorkerDependencies } from '../_shared/worker.ts';

const claimSchema = z.object({
  phone_number_id: z.string(),
  access_token: z.string(),
  token_id: z.string(),
});
const numberSchema = z.object({ id: z.string(), display_phone_number: z.string() });

export interface Dependencies extends WorkerDependencies {
  graph: Graph;
}

/**
 * Asks Meta for the number that a company says is its own, with the company's own access token: Meta shows it to
 * whoever may use it and to nobody else. What was asked goes along with the answer, so that the
 * database knows an answer about what was entered before.
 */
export function makeHandler(dependencies: Dependencies): (request: Request) => Promise<Response> {
  return makeErrand(
    {
      worker: 'prove-channel',
      queue: 'prove_channel',
      batch: 5,
      visibilitySeconds: 60,
      id: 'channel_id',
      find: 'channel_to_prove',
      found: claimSchema,
      record: 'record_channel_proof',
      words: { taken: 'proved', givenUp: 'refused' },
      attempt: (claim) => attempt(claim, dependencies.graph),
    },
    dependencies,
  );
}

async function attempt(
  { phone_number_id, access_token, token_id }: z.infer<typeof claimSchema>,
  graph: Graph,
): Promise<Attempt> {
  const asked = { phone_number_id, token_id };
  try {
    const answer = await askMeta(
      graph,
      `${phone_number_id}?fields=id,display_phone_number`,
      access_token,
    );
    const shown = numberSchema.safeParse(answer);
    // Whatever else there may be under an id, a number answers with its own.
    if (!shown.success || shown.data.id !== phone_number_id) {
      return { error: 'channel_number_refused', isFinal: true, result: asked };
    }
    const display_number = shown.data.display_phone_number;
    return { error: null, isFinal: false, result: { ...asked, display_number } };
  } catch (error) {
    if (!(error instanceof MetaFailure)) throw error;
    const key = error.isFinal ? 'channel_number_refused' : 'channel_meta_unreachable';
    return { error: key, isFinal: error.isFinal, result: asked };
  }
}
