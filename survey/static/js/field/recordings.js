// What was recorded with consent, closed into boxes at once: from then on only the office opens it. It waits here until
// its interview is finished, and goes with it when the interview is given up.

import { closeBox } from "./box.js";
import { read, readAll, write } from "./database.js";

export const of = async (draft) => (await readAll("recordings")).filter((one) => one.draft === draft);

/** Keep one recording of a draft. `content`: base64. */
export async function keep(draft, { what, type, content }) {
  const { officePoint } = await read("settings", "device");
  const id = crypto.randomUUID();
  const record = { kind: "recording", id, wave: draft.wave.id, visit: draft.visit, what, media_type: type, content };
  await write("recordings", id, { id, draft: draft.id, body: JSON.stringify(await closeBox(record, officePoint)) });
}
