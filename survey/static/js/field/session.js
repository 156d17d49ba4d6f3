// What is known while the app is unlocked: the day's work, in memory and sealed on the device.

import * as storedWork from "./work.js";

let current = null;

export const work = () => current;
export async function reload() {
  current = await storedWork.load();
  return current;
}
export async function refresh() {
  current = await storedWork.refresh(current.token);
  return current;
}
export function forget() {
  current = null;
}

export const findCase = (key) => current?.cases.find((one) => caseKey(one) === key);
export const waveOf = (one) => current.waves.find((wave) => wave.id === one.wave);
export const caseKey = (one) => `${one.wave}/${one.id}`;

/** Remember on this device what happened at a case until the office's list says so too. */
export async function noteVisit(one, visit) {
  one.visits.push({ ...visit, local: true });
  one.disposition = visit.disposition;
  one.appointments = visit.next_appointment ? [{ due: visit.next_appointment, reason: "" }] : [];
  await storedWork.save(current);
}
