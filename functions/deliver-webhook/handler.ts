import { z } from 'zod';
import { type Attempt, makeErrand, type WorkerDependencies } from '../_shared/worker.ts';
import { CallFailure, type Call } from './call.ts';
import { signatureHeaders } from './signature.ts';

const deliverySchema = z.object({
  url: z.string(),
  secret: z.string(),
  body: z.object({ id: z.string() }).loose(),
});
const toldSchema = z.number().int();

export interface Dependencies extends WorkerDependencies {
  call: Call;
}

/**
 * Tells events to the systems that companies named. The database says what has happened since the last look and
 * what is to be sent; here it is signed and sent. An attempt of which nobody knows whether it arrived is
 * made again under the same id.
 */
export function makeHandler(dependencies: Dependencies): (request: Request) => Promise<Response> {
  return makeErrand(
    {
      worker: 'deliver-webhook',
      queue: 'deliver_webhook',
      // Called at the same time: who does not answer holds up as few others as possible.
      batch: 20,
      visibilitySeconds: 60,
      before: async (database) => toldSchema.parse(await database.rpc('hear_for_webhooks')),
      id: 'delivery_id',
      find: 'webhook_to_deliver',
      found: deliverySchema,
      record: 'record_webhook_result',
      words: { taken: 'delivered', givenUp: 'failed' },
      attempt: (delivery) => attempt(delivery, dependencies.call),
    },
    dependencies,
  );
}

async function attempt(
  { url, secret, body }: z.infer<typeof deliverySchema>,
  call: Call,
): Promise<Attempt> {
  try {
    const text = JSON.stringify(body);
    const seconds = Math.floor(Date.now() / 1000);
    const headers = await signatureHeaders(secret, body.id, seconds, text);
    const answer = await call(url, headers, text);
    const taken = answer.status >= 200 && answer.status < 300;
    return {
      error: taken ? null : 'webhook_refused',
      isFinal: answer.status === 410,
      result: {
        response_status: answer.status,
        response: answer.text.replaceAll('\0', '') || null,
      },
    };
  } catch (error) {
    const key = error instanceof CallFailure ? error.key : 'webhook_unreachable';
    return {
      error: key,
      isFinal: key === 'webhook_address_private',
      result: { response_status: null, response: error instanceof Error ? error.message : null },
    };
  }
}
