/** The look that every text-like form control shares. */
export const control =
  'block h-9 w-full min-w-0 rounded-md border border-edge bg-surface px-3 text-ink placeholder:text-soft ' +
  'transition-colors hover:border-soft disabled:cursor-not-allowed disabled:bg-sunken disabled:text-soft ' +
  'aria-invalid:border-bad max-sm:h-11 max-sm:text-base';
