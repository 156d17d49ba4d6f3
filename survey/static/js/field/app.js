// The worker's app: opens from the device's own files, asks for the PIN, and shows the screen that the address names.

import { showCase } from "./case.js";
import { showConsent } from "./consent.js";
import { showChoose, showLetter } from "./choose.js";
import { read, write } from "./database.js";
import { guest } from "./guest.js";
import { leave, showInterview } from "./interview.js";
import { showOutbox } from "./outbox_screen.js";
import { fill, say, show, shown, word } from "./page.js";
import * as session from "./session.js";
import { watchStatus } from "./status.js";
import { watchSunlight } from "./sunlight.js";
import { sendWaiting } from "./sync.js";
import { showToday } from "./today.js";
import { showUnlock } from "./unlock.js";
import * as vault from "./vault.js";
import { showVisit } from "./visit.js";

const IDLE = 15 * 60000;
const RETRY = 60000;
const { version } = document.querySelector("[data-app]").dataset;

const SCREENS = {
  case: (key) => showCase(key),
  choose: (key) => showChoose(key),
  letter: (key) => showLetter(key),
  consent: (id) => showConsent(id),
  interview: (id) => showInterview(id),
  visit: (rest) => {
    const [key, chosen = ""] = rest.split("?");
    return showVisit(key, { preset: chosen.slice(0, 3), mode: chosen.slice(3) || null });
  },
};

async function route() {
  if (guest()) { // a respondent holds the device: back leads nowhere
    history.pushState(null, "", `#interview/${guest()}`);
    return undefined;
  }
  leave();
  const [name, ...rest] = location.hash.slice(1).split("/");
  if (name === "outbox") return showOutbox({ send, version });
  if (!(await read("settings", "device"))) return show("new");
  if (!vault.isUnlocked()) return showLock();
  const found = await SCREENS[name]?.(rest.join("/"));
  return found || showToday({ lock });
}

async function showLock() {
  const screen = show("lock");
  const device = await read("settings", "device");
  fill(screen, "who", word("device", { who: device.interviewer, label: device.label }));
  showUnlock(screen, async () => {
    await session.reload();
    await route();
    if (navigator.onLine && session.work().fetched === 0) await firstList();
  });
}

async function firstList() {
  try {
    await session.refresh();
  } catch {
    say("problem", word("not-refreshed"));
    return;
  }
  await route();
}

function lock() {
  session.forget();
  location.hash = "";
  location.reload();
}

const send = () => sendWaiting(version, { wait: true });

/** Try when there is reason to hope: at the start, with the network, on coming back, after a record, every minute. */
function sendByItself() {
  const attempt = () => navigator.onLine && sendWaiting(version).then(tell);
  addEventListener("online", attempt);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && attempt());
  document.addEventListener("outbox-changed", attempt);
  setInterval(attempt, RETRY);
  return attempt();
}

async function tell(problem) {
  if (shown() === "outbox") await showOutbox({ send, version });
  if (problem === "stopped" || problem === "unproven") say("problem", word(`problem-${problem}`));
}

/** Lock after a quarter of an hour without a touch. */
function lockWhenIdle() {
  let timer = setTimeout(lock, IDLE);
  for (const sign of ["pointerdown", "keydown"]) {
    addEventListener(sign, () => {
      clearTimeout(timer);
      if (vault.isUnlocked()) timer = setTimeout(lock, IDLE);
    }, { passive: true });
  }
}

/** The language that was chosen on this device; true when the page goes to another one. */
async function goToChosenLanguage() {
  const links = [...document.querySelectorAll("[data-language]")];
  links.forEach((link) => link.addEventListener("click", async (event) => {
    event.preventDefault();
    await write("settings", "language", link.dataset.language);
    location.href = link.href + location.hash;
  }));
  const chosen = await read("settings", "language");
  const link = links.find((one) => one.dataset.language === chosen);
  if (link) location.replace(link.href + location.hash);
  return Boolean(link);
}

async function start() {
  await watchSunlight();
  if (/MicroMessenger/.test(navigator.userAgent)) {
    show("wechat");
    return;
  }
  await navigator.serviceWorker?.register("/field/sw.js", { scope: "/field/" });
  if (await goToChosenLanguage()) return;
  addEventListener("hashchange", route);
  await route();
  lockWhenIdle();
  await watchStatus();
  await sendByItself();
}

start();
