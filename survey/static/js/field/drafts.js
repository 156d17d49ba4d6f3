// An interview that is going on, sealed and written at every change, so that a killed tab loses nothing. One tab works on
// a draft at a time: a Web Lock belongs to the tab, and goes with it.

import { keys, read, transact, write } from "./database.js";
import * as recordings from "./recordings.js";
import { open, seal } from "./vault.js";

let writing = Promise.resolve();
const ended = new Set();

/** Write the draft as it is now. One write after the other; none to a draft that has ended. */
export function save(draft) {
  const sealed = seal(draft);
  writing = writing.catch(() => {}).then(async () => {
    if (!ended.has(draft.id)) await write("drafts", draft.id, await sealed);
  });
  return writing;
}

/** End a draft by `work`, which deletes it: a write that was still under way would bring it back. */
export async function end(id, work) {
  ended.add(id);
  try {
    await writing.catch(() => {});
    return await work();
  } catch (error) {
    ended.delete(id);
    throw error;
  }
}

/** Delete a draft with everything that was recorded for it. */
export const discard = (id) => end(id, async () => {
  const recorded = await recordings.of(id);
  await transact(["drafts", "recordings"], (stores) => {
    stores.drafts.delete(id);
    recorded.forEach((one) => stores.recordings.delete(one.id));
  });
});

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
