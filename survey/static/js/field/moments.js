// Moments as workers read them, in the office's time zone whatever the phone is set to.

import { language, word } from "./page.js";

const ZONE = "Asia/Shanghai";

export function moment(value) {
  const how = { timeZone: ZONE, month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false };
  return new Intl.DateTimeFormat(language(), how).format(new Date(value));
}

export function age(milliseconds) {
  const minutes = Math.max(1, Math.floor(milliseconds / 60000));
  if (minutes < 60) return word("minutes", { n: minutes });
  return minutes < 2880 ? word("hours", { n: Math.floor(minutes / 60) }) : word("days", { n: Math.floor(minutes / 1440) });
}

export const sameDay = (one, other) => day(one) === day(other);
const day = (value) => new Intl.DateTimeFormat("en-CA", { timeZone: ZONE }).format(new Date(value));

/** What a datetime-local field holds, read as the office's time (UTC+8, no summer time), and back. */
export const fromField = (text) => (text ? new Date(`${text}+08:00`) : null);
export const toField = (date) => new Date(date.getTime() + 8 * 3600000).toISOString().slice(0, 16);
