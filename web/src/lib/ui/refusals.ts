import { getContext, setContext } from 'svelte';

const FORM = Symbol('form');

/** What a form knows of its fields: the sentence at each one that was refused. */
export type Refusals = () => Record<string, string>;

export function showRefusals(refusals: Refusals): void {
  setContext(FORM, refusals);
}

/**
 * The refusals of the form around, to be asked with the names of a field, apart by spaces: a line is
 * called by its place in what was sent or by what it is about.
 */
export function refusalsHere(): (names: string) => string | undefined {
  const refusals = getContext<Refusals | undefined>(FORM);
  return (names) => {
    const fields = refusals?.() ?? {};
    return names
      .split(' ')
      .map((name) => fields[name])
      .find(Boolean);
  };
}
