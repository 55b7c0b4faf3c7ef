import { STACK_VARIABLE, startTestStack } from './stack.ts';

/** Global setup of the layers that test over HTTP: one stack for the whole run. */
export default async function setup(): Promise<() => Promise<void>> {
  const { stack, stop } = await startTestStack();
  process.env[STACK_VARIABLE] = JSON.stringify(stack);
  return stop;
}
