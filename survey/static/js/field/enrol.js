// Enrols this device: asks the server for id and keys, seals them under the PIN, fetches the app and the day's list.

import { read, transact } from "./database.js";
import { waiting } from "./outbox.js";
import * as vault from "./vault.js";
import * as work from "./work.js";

const form = document.querySelector("[data-enrol]");
const problem = document.querySelector("[data-problem]");

function say(key) {
  problem.querySelector("p").textContent = document.querySelector(`[data-word="${key}"]`).textContent;
  problem.hidden = false;
  problem.focus();
}

async function enrol() {
  const fields = form.elements;
  if (!fields.label.value.trim()) return say("label");
  if (!/^[0-9]{6,}$/.test(fields.pin.value)) return say("pin");
  if (fields.pin.value !== fields.again.value) return say("again");
  const body = new URLSearchParams({ label: fields.label.value, csrf_token: fields.csrf_token.value });
  const response = await fetch(form.action, { method: "POST", body, redirect: "error" }).catch(() => null);
  if (!response?.ok) return say(response?.status === 422 ? "label" : "offline");
  const given = await response.json();
  const { records } = await waiting();
  const before = await read("settings", "device");
  if (records.length && before && before.interviewer !== given.interviewer) return say("unsent");
  await keep(given, fields.pin.value, records.length);
  await navigator.storage?.persist?.();
  await navigator.serviceWorker.register("/field/sw.js", { scope: "/field/" });
  await work.refresh(given.work_token).catch(() => null);
  location.href = "/field/";
  return undefined;
}

async function keep(given, pin, unsent) {
  await vault.create(pin);
  const list = await vault.seal({ token: given.work_token, interviewer: given.interviewer, waves: [], cases: [], fetched: 0 });
  await transact(["settings", "sealed", "drafts"], ({ settings, sealed, drafts }) => {
    const device = { id: given.device, label: given.label, interviewer: given.interviewer };
    const keys = { deliverToken: given.deliver_token, officePoint: given.office_point, receiptKey: given.receipt_key };
    settings.put({ ...device, ...keys }, "device");
    settings.put(unsent, "issued");
    settings.delete("wrong-pins");
    sealed.put(list, "work");
    drafts.clear();
  });
}

let busy = false;
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (busy) return;
  busy = true;
  await enrol().finally(() => { busy = false; });
});
document.querySelector("[data-replace]").hidden = !(await vault.exists());
