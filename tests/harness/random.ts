import fc from 'fast-check';

/**
 * The same random cases every time, so that a red test means that something has changed. `FUZZ=1` (or
 * another number) takes others: whoever changes the solver or the rules runs a few of them.
 */
fc.configureGlobal({ seed: Number(process.env['FUZZ'] ?? 20_261_120) });
