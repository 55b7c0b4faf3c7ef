/** How this system calls its main modifier: tinykeys decides the same way what `$mod` is. */
const isApple = /Mac|iPod|iPhone|iPad/.test(navigator.platform);

/** What opens the palette, as it is written on this keyboard. */
export const PALETTE_KEY = isApple ? '⌘K' : 'Ctrl K';
