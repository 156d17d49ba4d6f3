// The last resort: everything that waits, as one file. The boxes in it stay closed; only the office can open them.

import { read } from "./database.js";
import { waiting } from "./outbox.js";

export async function exportFile() {
  const { id } = await read("settings", "device");
  const { records } = await waiting();
  const made = new Date();
  const content = {
    format: "minyi-field-export",
    version: 1,
    device: id,
    made: made.toISOString(),
    records: records.map((record) => ({ id: record.id, body: record.body })),
  };
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(content)], { type: "application/json" }));
  link.download = `minyi-${id.slice(0, 8)}-${made.toISOString().slice(0, 10)}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  return records.length;
}
