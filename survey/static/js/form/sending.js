// Sends a form without leaving the page: when the network drops, what was filled in is still there and is sent again by
// itself. The address holds the response's id, so that sent twice it counts once. Without this script, and for every
// answer that is not "go there", the browser sends the form itself.
const form = document.querySelector("form[data-sending]");
const line = document.querySelector("[data-status]");
const words = form.dataset;
const PATIENCE = 30000;
const BUSY = new Set([429, 502, 503, 504]);

let pressed = null; // the button that sends; browsers without `submitter` tell by the click
let waiting = null; // what is to be sent again: { body, timer, tries }
let changed = false;
let gone = false;

addEventListener("click", (event) => {
  pressed = event.target.closest?.("button") ?? pressed;
});

form.addEventListener("input", () => {
  changed = true;
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (waiting) return; // a second press while the first is on its way
  const button = event.submitter ?? pressed;
  const body = filledIn(button?.value || "");
  waiting = { body, go: button?.value, tries: 0, timer: 0 };
  form.inert = true; // what is on its way is not changed: other answers under the same id would be a second opinion
  send();
});

function filledIn(go) {
  const body = new URLSearchParams(new FormData(form));
  body.set("go", go);
  return body;
}

async function send() {
  clearTimeout(waiting.timer);
  const slow = setTimeout(() => say(words.sending), 1000);
  const stop = new AbortController();
  const patience = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const headers = { "X-Requested-With": "fetch" };
    const reply = await fetch(location.pathname, { method: "POST", body: waiting.body, headers, signal: stop.signal });
    if (BUSY.has(reply.status)) later(words.busy);
    else if (reply.headers.get("Content-Type")?.startsWith("application/json")) await goTo((await reply.json()).location);
    else leaveToTheBrowser(reply.status);
  } catch {
    later(words.offline);
  } finally {
    clearTimeout(slow);
    clearTimeout(patience);
  }
}

function later(why) {
  waiting.tries += 1;
  waiting.timer = setTimeout(send, Math.min(2000 * waiting.tries, 15000));
  say(why, [words.again, send], [words.edit, edit]);
}

async function goTo(address) {
  await before(address.startsWith("/r/"));
  location.assign(address);
}

/** The server has what this page holds (`sent`: the whole form): what was kept of it here is deleted first. */
function before(sent) {
  gone = true;
  const first = [];
  form.dispatchEvent(new CustomEvent("leaving", { detail: { sent, first } }));
  return Promise.race([Promise.all(first), new Promise((done) => setTimeout(done, 300))]);
}

/** The page with faults, or any other: sent once more, by the browser, which shows what comes. */
async function leaveToTheBrowser(status) {
  gone = true;
  if (status !== 422) await before(false);
  const go = Object.assign(document.createElement("input"), { type: "hidden", name: "go", value: waiting.go });
  form.append(go);
  form.inert = false;
  form.submit();
}

function edit() {
  clearTimeout(waiting.timer);
  waiting = null;
  form.inert = false;
  say("");
}

function say(text, ...buttons) {
  line.replaceChildren(...(text ? [Object.assign(document.createElement("span"), { textContent: text })] : []));
  for (const [name, act] of buttons) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: name, className: "link" });
    button.addEventListener("click", act);
    line.append(button);
  }
}

addEventListener("online", () => waiting && send());

// Whoever leaves the page in the middle finds the answers again at its address.
addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "hidden" || !changed || gone || waiting || !words.keep) return;
  changed = false;
  form.dispatchEvent(new Event("keeping"));
  fetch(location.pathname, { method: "POST", body: filledIn("keep"), keepalive: true }).then(
    (reply) => (reply.ok ? form.dispatchEvent(new Event("kept")) : (changed = true)),
    () => (changed = true),
  );
});

// The browser may bring a page back as it was left.
addEventListener("pageshow", ({ persisted }) => {
  if (!persisted) return;
  gone = false;
  waiting = null;
  form.inert = false;
  form.querySelector("input[name=go]")?.remove();
  say("");
});
