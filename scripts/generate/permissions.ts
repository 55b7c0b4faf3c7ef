import { ACCESS, COMMANDS } from './access.ts';
import type { Catalogue } from './catalogue.ts';
import { code, page, table } from './markdown.ts';

export const HELD = '●';
export const NOBODY = '–';

function roleMatrix({ permissions, roles, role_permissions }: Catalogue): string {
  const held = new Set(role_permissions.map((right) => `${right.role} ${right.permission}`));
  return table(
    ['Permission', ...roles, 'What it allows'],
    permissions.map(({ permission, description }) => [
      code(permission),
      ...roles.map((role) => (held.has(`${role} ${permission}`) ? HELD : '')),
      description,
    ]),
  );
}

function accessMatrix({ relations }: Catalogue): string {
  const missing = relations.filter((relation) => !(relation.name in ACCESS));
  if (missing.length > 0) {
    throw new Error(`No access is stated for ${missing.map((item) => item.name).join(', ')}.`);
  }
  return table(
    ['Table or view', ...COMMANDS],
    relations.map(({ name }) => [
      code(name),
      ...COMMANDS.map((command) => ACCESS[name]?.[command] ?? NOBODY),
    ]),
  );
}

/** `docs/permissions.md`: rights of the roles, and which right opens which table. */
export function renderPermissions(catalogue: Catalogue): string {
  return page(
    '# Permissions',
    `A person has one role per company. Rights are looked up from the membership on every request, never taken from the
token: deactivating a member, lowering a role, banning a person or suspending a company works at once. Super admins of
the platform hold every right in the company they have switched to.`,
    '## Roles',
    `What each role may do unless the company says otherwise (\`tenant_role_permissions\`).`,
    roleMatrix(catalogue),
    '## Rows',
    `Which right opens which rows of one's own company; rows of another company are never visible or writable for anybody.
\`update\` and \`delete\` also need the right to see the row. Where a cell shows ${NOBODY}, only commands (RPCs) write, and
they check the rights listed in [workflows](workflows.md).`,
    accessMatrix(catalogue),
    `- *members*: whoever works in the company, in any role but customer. *self*: rows about oneself.
  *role*: rows shared with one's role.
  *document readers*: whoever sees the document that the row is about.
- *in scope*: drivers see what belongs to their trips, members limited to a warehouse or a territory what belongs there.
  Everybody else sees every row of the company. Of leads and deals everybody without \`leads.view_all\` or \`deals.view_all\` sees
  his own, those of the teams that he leads and of the teams below, and the leads that nobody has; a pipeline of a team is that team's.
- The role customer opens no table but the row of its own account and membership: what customers see and do are functions
  that know nobody but them (\`my_…\`), with the rights \`account.…\`, and they can have no other rights.
- \`messages\`: an invitation is shown to those with \`users.manage\` who could give its role themselves, the mail of a
  password reset to nobody in the company.
- \`list_views\`: those with \`settings.manage\` see and delete the views that are shared, nobody the others' own.
- \`invitations\`: the hash of the token cannot be read by anybody.`,
  );
}

export interface PublishedMatrix {
  /** role → its permissions */
  rights: Map<string, Set<string>>;
  /** table → command → audience */
  access: Map<string, Map<string, string>>;
}

/** Reads `docs/permissions.md` back. */
export function readPermissions(markdown: string): PublishedMatrix {
  const tables = markdown
    .split(/^## /m)
    .slice(1)
    .map((part) =>
      part
        .split('\n')
        .filter((line) => line.startsWith('|') && !/^\|\s*-/.test(line))
        .map((line) =>
          line
            .slice(1, line.lastIndexOf('|'))
            .split('|')
            .map((cell) => cell.trim().replaceAll('`', '')),
        ),
    );
  const [[rightsHead = [], ...rightsRows] = [], [accessHead = [], ...accessRows] = []] = tables;
  const rights = new Map(
    rightsHead
      .slice(1, -1)
      .map((role, index) => [
        role,
        new Set(rightsRows.filter((row) => row[index + 1] === HELD).map((row) => row[0] as string)),
      ]),
  );
  const access = new Map(
    accessRows.map((row) => [
      row[0] as string,
      new Map(
        accessHead
          .slice(1)
          .map((command, index): [string, string] => [command, row[index + 1] as string])
          .filter(([, audience]) => audience !== NOBODY),
      ),
    ]),
  );
  return { rights, access };
}
