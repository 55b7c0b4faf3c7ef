import { AsyncLocalStorage } from 'node:async_hooks';
import type { ServerResponse } from 'node:http';
import { Refusal, sendRefusal } from './http.ts';

const answering = new AsyncLocalStorage<ServerResponse>();

/** Remembers which answer the work is for, so that an error nobody caught can still be answered. */
export function answeringWith<T>(response: ServerResponse, work: () => T): T {
  return answering.run(response, work);
}

/**
 * What nobody caught is a defect of ours, not the end of everybody's day: it is logged, its request is
 * answered, and the stack goes on.
 */
export function catchLastResort(): void {
  const caught = (error: unknown) => {
    process.stderr.write(
      `Nobody caught: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    const response = answering.getStore();
    if (!response) return;
    if (response.headersSent) response.destroy();
    else sendRefusal(response, unexpected());
  };
  process.on('uncaughtException', caught);
  process.on('unhandledRejection', caught);
}

function unexpected(): Refusal {
  return new Refusal(500, 'internal_error', 'Something went wrong.', 'Try again.');
}
