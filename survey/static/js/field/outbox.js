// Finished records wait here, each closed into its box as the very text that will be sent.

import { closeBox } from "./box.js";
import { read, readAll, transact } from "./database.js";
import { end } from "./drafts.js";
import * as recordings from "./recordings.js";

/** Close records and put them into the outbox in one transaction, with what was recorded; it also ends the draft. */
export async function finish(records, draft = null) {
  const put = () => putAway(records, draft);
  await (draft ? end(draft, put) : put());
  document.dispatchEvent(new CustomEvent("outbox-changed"));
}

async function putAway(records, draft) {
  const { officePoint } = await read("settings", "device");
  const at = Date.now();
  const closed = await Promise.all(records.map(async (record) => (
    { id: record.id, kind: record.kind, at, body: JSON.stringify(await closeBox(record, officePoint)) }
  )));
  const recorded = draft ? await recordings.of(draft) : [];
  closed.push(...recorded.map(({ id, body }) => ({ id, kind: "recording", at, body })));
  const issued = (await read("settings", "issued")) ?? 0;
  await transact(["outbox", "drafts", "recordings", "settings"], (stores) => {
    closed.forEach((one) => stores.outbox.put(one, one.id));
    recorded.forEach((one) => stores.recordings.delete(one.id));
    stores.settings.put(issued + closed.length, "issued");
    if (draft) stores.drafts.delete(draft);
  });
}

/** What waits, the oldest first, with the age of the oldest in milliseconds. */
export async function waiting() {
  const records = (await readAll("outbox")).sort((a, b) => a.at - b.at);
  return { records, age: records.length ? Math.max(0, Date.now() - records[0].at) : 0 };
}

/** Forget a record for which a proven receipt is at hand; the receipt stays. */
export async function settle(id, receipt) {
  await transact(["outbox", "receipts"], (stores) => {
    stores.outbox.delete(id);
    stores.receipts.put(receipt, id);
  });
  document.dispatchEvent(new CustomEvent("outbox-changed"));
}
