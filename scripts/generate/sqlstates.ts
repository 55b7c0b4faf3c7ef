/**
 * What PostgreSQL itself answers, before a rule of ours can look at a row: a value that cannot be
 * read, a right that is missing, a request that met another. Clients know these by `code`.
 */
export interface Sqlstate {
  code: string;
  status: number;
  sentence: string;
  next_step: string;
}

export const SQLSTATES: Sqlstate[] = [
  {
    code: '22003',
    status: 400,
    sentence: 'A number has more digits than its field.',
    next_step: 'Enter a smaller number.',
  },
  {
    code: '22007',
    status: 400,
    sentence: 'A date or time cannot be read.',
    next_step: 'Write dates like 2026-11-20 and times like 2026-11-20T07:30:00+03:00.',
  },
  {
    code: '22008',
    status: 400,
    sentence: 'There is no such date or time.',
    next_step: 'Correct the day or the hour that the message quotes.',
  },
  {
    code: '22021',
    status: 400,
    sentence: 'A text has a character that cannot be stored.',
    next_step: 'Take the character with the code zero out of it.',
  },
  {
    code: '22P02',
    status: 400,
    sentence: 'A value is not what its field takes: an id, a number, one of a list.',
    next_step: 'Correct the value that the message quotes.',
  },
  {
    code: '22P05',
    status: 400,
    sentence: 'A text has a character that cannot be stored.',
    next_step: 'Take the character with the code zero out of it.',
  },
  {
    code: '40001',
    status: 500,
    sentence: 'Another request changed the same records in the same moment.',
    next_step: 'Send the same request again.',
  },
  {
    code: '40P01',
    status: 500,
    sentence: 'Two requests waited for each other.',
    next_step: 'Send the same request again.',
  },
  {
    code: '42501',
    status: 403,
    sentence: 'Your role does not allow this, or the row would lie outside of what you may write.',
    next_step: 'Ask an administrator of your company for the right.',
  },
  {
    code: '57014',
    status: 500,
    sentence: 'The request took longer than it may.',
    next_step: 'Ask for less at once, and try again.',
  },
];
