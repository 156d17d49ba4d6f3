// Reads the question and its choices aloud, where the browser has a voice for the language of the page. The button comes
// only then, into a place that is kept free for it.
const place = document.querySelector("[data-aloud]");
const voices = window.speechSynthesis;
const language = { "zh-Hans": "zh-CN", "zh-Hant": "zh-TW" }[document.documentElement.lang] ?? document.documentElement.lang;

function voice() {
  const all = voices.getVoices();
  const spelled = (one) => one.lang.replace("_", "-").toLowerCase();
  return all.find((one) => spelled(one) === language.toLowerCase())
    ?? all.find((one) => spelled(one).startsWith(language.slice(0, 2)));
}

function spoken() {
  const parts = document.querySelectorAll("#answers .box, #answers h1, #answers .hint, #answers .option");
  return [...parts].map((part) => part.textContent.trim()).join("。\n");
}

function offer() {
  if (place.firstChild || !voice()) return;
  const button = Object.assign(document.createElement("button"), { type: "button", className: "link" });
  const show = (reading) => {
    button.textContent = reading ? place.dataset.stop : place.dataset.aloud;
    button.setAttribute("aria-pressed", reading);
  };
  button.addEventListener("click", () => {
    const reading = voices.speaking;
    voices.cancel();
    if (reading) return show(false);
    const utterance = new SpeechSynthesisUtterance(spoken());
    Object.assign(utterance, { lang: language, voice: voice(), rate: 0.9, onend: () => show(false), onerror: () => show(false) });
    voices.speak(utterance);
    show(true);
  });
  show(false);
  place.append(button);
}

if (place && voices && window.SpeechSynthesisUtterance) {
  offer();
  voices.addEventListener?.("voiceschanged", offer);
  addEventListener("pagehide", () => voices.cancel());
}
