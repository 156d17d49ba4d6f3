// Before an interview, where the wave asks for it: what the resident agrees to have recorded. Refusing costs nothing; the
// words are those of the interview's language. Sound ends here, before the first question.

import { read } from "./database.js";
import * as drafts from "./drafts.js";
import { fill, go, on, place, show, word } from "./page.js";
import { startSound, takePhoto, takePosition } from "./recorders.js";
import * as recordings from "./recordings.js";
import { work } from "./session.js";
import { formKey } from "./work.js";

export async function showConsent(id) {
  const draft = await drafts.load(id).catch(() => null);
  const asked = draft && work().waves.find((wave) => wave.id === draft.wave.id)?.recording;
  if (!asked) return false;
  const screen = show("consent");
  place(screen, "consent").append(...await words(draft));
  place(screen, "consent").lang = draft.language;
  const agreed = (what) => Boolean(screen.querySelector(`[name=consent][value=${what}]:checked`));
  const adapt = () => ["photo", "audio"].forEach((what) => { place(screen, what).hidden = !agreed(what); });
  screen.addEventListener("change", adapt);
  adapt();
  const sound = putSound(screen);
  on(screen, "agreed", async () => {
    const wanted = {
      position: () => takePosition(asked.position_metres),
      photo: async () => {
        const [file] = screen.querySelector("#photo").files;
        return file ? takePhoto(file) : null;
      },
      audio: sound.take,
    };
    const failed = await record(draft, Object.entries(wanted).filter(([what]) => agreed(what)));
    await sound.drop();
    go(`interview/${draft.id}`, failed.map((what) => word("recording-failed", { what: word(`what-${what}`) })).join(" "));
  });
  return true;
}

/** Record one after the other; returns what could not be recorded, which never stops an interview. */
async function record(draft, wanted) {
  const failed = [];
  for (const [what, take] of wanted) {
    try {
      const taken = await take();
      if (taken) await recordings.keep(draft, taken);
    } catch {
      failed.push(what);
    }
  }
  return failed;
}

async function words(draft) {
  const page = document.createElement("template");
  page.innerHTML = await read("forms", formKey(draft.wave, draft.language));
  return page.content.querySelector("[data-consent]")?.childNodes ?? [];
}

/** The button that begins and ends the sound. `take` ends it and gives the recording, `drop` frees the microphone. */
function putSound(screen) {
  let running = null;
  let made = null;
  const tell = (state, values) => {
    fill(screen, "audio-state", word(`audio-${state}`, values));
    screen.querySelector("[data-go=record-audio]").textContent = word(running ? "audio-stop" : "audio-start");
  };
  const stop = async () => {
    const ending = running;
    running = null;
    if (!ending) return;
    const { seconds, recording } = await ending.stop();
    made = recording;
    tell("done", { n: seconds });
  };
  on(screen, "record-audio", async () => {
    if (running) return stop();
    try {
      running = await startSound();
    } catch {
      fill(screen, "audio-state", word("recording-failed", { what: word("what-audio") }));
      return undefined;
    }
    running.ended.then(stop);
    tell("on");
    return undefined;
  });
  tell("none");
  return {
    async take() {
      await stop();
      return made;
    },
    drop: stop,
  };
}
