import { ask } from './command.ts';

/**
 * The numbers of documents that end in what was typed, or whose reference it is. Lists ask for rows
 * with these: a pattern would have the database read every document of the company.
 */
export function findNumbers(
  kind: 'order' | 'payment' | 'invoice' | 'trip' | 'offload',
  typed: string,
): Promise<string[]> {
  return ask('find_numbers', { document_kind: kind, typed });
}
