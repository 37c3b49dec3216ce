/** Factors between units of time. */

/** Milliseconds in a second. */
export const MS_PER_SECOND = 1000;
/** Nanoseconds in a second, for arithmetic on times since 1970, which need all 64 bits. */
export const NS_PER_SECOND = 1_000_000_000n;
/** Seconds in a minute. */
export const MINUTE_SECONDS = 60;
/** Seconds in an hour. */
export const HOUR_SECONDS = 3600;
/** Seconds in a day without a leap second, as Unix time counts. */
export const DAY_SECONDS = 86_400;
