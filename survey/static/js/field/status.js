// The line at the top of every screen: is there a network, how much waits, how old is the oldest.

import { age } from "./moments.js";
import { waiting } from "./outbox.js";
import { word } from "./page.js";

const LATE = 24 * 3600000;

export async function showStatus() {
  const bar = document.querySelector("[data-waiting]");
  const { records, age: oldest } = await waiting();
  bar.hidden = false;
  bar.classList.toggle("late", oldest > LATE);
  bar.querySelector("[data-network]").textContent = word(navigator.onLine ? "online" : "offline");
  const unsent = records.length ? word("unsent", { n: records.length, age: age(oldest) }) : word("all-sent");
  bar.querySelector("[data-count]").textContent = unsent;
}

export function watchStatus() {
  for (const sign of ["online", "offline"]) addEventListener(sign, showStatus);
  document.addEventListener("outbox-changed", showStatus);
  setInterval(showStatus, 60000);
  return showStatus();
}
