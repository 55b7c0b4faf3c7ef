import { door as accounts } from './accounts.ts';
import { door as addresses } from './addresses.ts';
import { door as cutting } from './cutting.ts';
import type { Door } from './door.ts';
import { door as flood } from './flood.ts';
import { door as headers } from './headers.ts';
import { door as keptAnswers } from './kept_answers.ts';
import { door as killing } from './killing.ts';
import { door as listening } from './listening.ts';
import { door as mailedLinks } from './mailed_links.ts';
import { door as memory } from './memory.ts';
import { door as oddValues } from './odd_values.ts';
import { door as passwordsOfAccount } from './passwords_of_an_account.ts';
import { door as passwordsOfAddress } from './passwords_of_an_address.ts';
import { door as refreshTokens } from './refresh_tokens.ts';
import { door as revoking } from './revoking.ts';
import { door as segments } from './segments.ts';
import { door as sessions } from './sessions.ts';
import { door as strangers } from './strangers.ts';
import { door as tokens } from './tokens.ts';
import { door as trail } from './trail.ts';
import { door as upgrades } from './upgrades.ts';

/** What anybody may try who knows the address, in the order in which it is tried. */
export const doors: Door[] = [
  addresses,
  accounts,
  passwordsOfAddress,
  passwordsOfAccount,
  mailedLinks,
  refreshTokens,
  tokens,
  sessions,
  strangers,
  listening,
  cutting,
  revoking,
  trail,
  oddValues,
  segments,
  headers,
  keptAnswers,
  upgrades,
  flood,
];

/** What needs the processes of the stack, tried last: afterwards they are other ones. */
export const doorsOfProcesses: Door[] = [memory, killing];
