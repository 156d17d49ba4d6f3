// An interview that is going on, sealed and written at every change, so that a killed tab loses nothing. One tab works on
// a draft at a time: a Web Lock belongs to the tab, and goes with it.

import { keys, read, transact, write } from "./database.js";
import * as recordings from "./recordings.js";
import { open, seal } from "./vault.js";

export const save = async (draft) => write("drafts", draft.id, await seal(draft));

/** Delete a draft with everything that was recorded for it. */
export async function discard(id) {
  const recorded = await recordings.of(id);
  await transact(["drafts", "recordings"], (stores) => {
    stores.drafts.delete(id);
    recorded.forEach((one) => stores.recordings.delete(one.id));
  });
}

export async function load(id) {
  const sealed = await read("drafts", id);
  return sealed ? open(sealed) : null;
}

/** Every draft on the device. One that an earlier PIN had sealed cannot be opened and is left out. */
export async function list() {
  const found = await Promise.all((await keys("drafts")).map((id) => load(id).catch(() => null)));
  return found.filter(Boolean);
}

/** Take the draft for this tab until `release` is called or the tab ends; null when another tab has it. */
export function take(id) {
  return new Promise((resolve) => {
    navigator.locks.request(`field-draft-${id}`, { ifAvailable: true }, (lock) => {
      if (!lock) {
        resolve(null);
        return undefined;
      }
      return new Promise((release) => resolve(release));
    });
  });
}
