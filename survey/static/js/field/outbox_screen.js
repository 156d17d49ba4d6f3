// What waits on this device, and what became of the rest. Opens without the PIN: the boxes are closed to everybody here.

import { read, readAll } from "./database.js";
import { exportFile } from "./export.js";
import { age } from "./moments.js";
import { waiting } from "./outbox.js";
import { fill, on, place, say, show, word } from "./page.js";

export async function showOutbox({ send, version }) {
  const screen = show("outbox");
  on(screen, "send", async () => {
    const problem = await send();
    await showOutbox({ send, version });
    if (problem) say("problem", word(`problem-${problem}`));
    else say("news", word("sent"));
  });
  on(screen, "export", async () => {
    say("news", word("exported", { n: await exportFile() }));
  });
  const { records, age: oldest } = await waiting();
  const n = (kind) => records.filter((record) => record.kind === kind).length;
  const receipts = await readAll("receipts");
  const counts = { n: records.length, answers: n("answer"), visits: n("visit") };
  const recorded = n("recording") ? word("recordings", { n: n("recording") }) : "";
  fill(screen, "count", records.length ? word("count", counts) + recorded : word("all-sent"));
  fill(screen, "oldest", records.length ? word("oldest", { age: age(oldest) }) : "");
  fill(screen, "issued", `${(await read("settings", "issued")) ?? 0}`);
  fill(screen, "received", `${receipts.length}`);
  const forReview = receipts.filter((receipt) => !["accepted", "already_received"].includes(receipt.outcome));
  fill(screen, "review", `${forReview.length}`);
  const kept = await navigator.storage?.persisted?.();
  fill(screen, "persisted", word(kept ? "yes" : "no"));
  fill(screen, "version", version);
  screen.querySelector("[data-go=send]").hidden = screen.querySelector("[data-go=export]").hidden = !records.length;
  place(screen, "oldest").classList.toggle("late", oldest > 24 * 3600000);
}
