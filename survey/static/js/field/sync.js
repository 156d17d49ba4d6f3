// Sends what waits, one record after the other; a record is deleted only when its receipt is proven. It may stop after
// any step and begin again: ids were made when a form opened, and the server's keys decide what is new.

import { read } from "./database.js";
import { settle, waiting } from "./outbox.js";
import { isProven } from "./receipt.js";

/**
 * What kept records from being sent: "offline", "server", "stopped", "unproven"; null when all went. Of two tabs (or a
 * press during an automatic attempt) one sends at a time: with `wait` after the other, else not at all.
 */
export async function sendWaiting(appVersion, { wait = false } = {}) {
  const device = await read("settings", "device");
  if (!device) return null;
  return navigator.locks.request("field-sync", { ifAvailable: !wait }, async (lock) => (
    lock ? deliver(device, appVersion) : null
  ));
}

async function deliver(device, appVersion) {
  const { records } = await waiting();
  const contact = {
    device_clock: new Date().toISOString(),
    app_version: appVersion,
    issued: (await read("settings", "issued")) ?? 0,
    unsent: records.length,
  };
  const greeted = await post("/field/contact", JSON.stringify(contact), device);
  if (greeted.problem) return greeted.problem;
  for (const record of shuffled(records)) {
    const { reply, problem } = await post(`/field/records/${record.id}`, record.body, device);
    if (problem) return problem;
    if (!(await isProven(reply, record.id, record.body, device.receiptKey))) return "unproven";
    await settle(record.id, { outcome: reply.outcome, receipt: reply.receipt, at: Date.now() });
  }
  return null;
}

async function post(address, body, { deliverToken }) {
  const headers = { Authorization: `Bearer ${deliverToken}`, "Content-Type": "application/json" };
  let response;
  try {
    response = await fetch(address, { method: "POST", headers, body, redirect: "error", credentials: "omit" });
  } catch {
    return { problem: "offline" };
  }
  if (response.status === 403) return { problem: "stopped" };
  if (!response.ok) return { problem: "server" };
  return { reply: await response.json().catch(() => null) };
}

// In no order: the order of arrival would lead from an answer to the visit before it.
function shuffled(records) {
  const mixed = [...records];
  for (let last = mixed.length - 1; last > 0; last -= 1) {
    const other = crypto.getRandomValues(new Uint32Array(1))[0] % (last + 1);
    [mixed[last], mixed[other]] = [mixed[other], mixed[last]];
  }
  return mixed;
}
