import { STACK_VARIABLE, startTestStack } from './stack.ts';

/** Global setup of the layers that test over HTTP: one stack for the whole run, whichever comes first. */
export default async function setup(): Promise<() => Promise<void>> {
  if (process.env[STACK_VARIABLE] !== undefined) return async () => {};
  const { stack, stop } = await startTestStack();
  process.env[STACK_VARIABLE] = JSON.stringify(stack);
  return stop;
}
