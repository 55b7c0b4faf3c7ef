import { Refusal } from './http.ts';

/** The database as the front sees it. */
export interface Standing {
  database: { isUp: boolean; deaths: number };
  /** Resolves when the database answers. */
  ping(): Promise<void>;
}

/**
 * An answer of what stands on the database. One that failed because the database went away under it says
 * so, with 503: the caller may send the same again, under the same key where it was a command.
 */
export async function steadily<Answer extends { status: number }>(
  { database, ping }: Standing,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  const { deaths } = database;
  if (!database.isUp) throw restarting();
  const hasDied = async () => {
    const answers = await ping().then(
      () => true,
      () => false,
    );
    return !answers || database.deaths !== deaths;
  };
  let answer: Answer;
  try {
    answer = await ask();
  } catch (error) {
    if (!(error instanceof Refusal) && (await hasDied())) throw restarting();
    throw error;
  }
  if (answer.status >= 500 && (await hasDied())) throw restarting();
  return answer;
}

function restarting(): Refusal {
  return new Refusal(
    503,
    'database_restarting',
    'The database is starting again.',
    'Send the same again in a second.',
  );
}
