/** The context in which a record's page knows that it stands beside its list, not on a screen of its own. */
export const IN_PREVIEW = Symbol('preview');
