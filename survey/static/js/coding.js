// Coding open texts with the keyboard: the key of a category ticks it, Enter keeps and goes on, n is none of them, z takes
// the last coding back. The keys work while the focus is in the form, where it is put, so that they are nobody's trap (WCAG
// 2.1.4). Without this script the same is done with Tab, Space and Enter.
const form = document.querySelector("[data-coding]");
const typing = (element) => element.matches("input:not([type=checkbox]), textarea, select");

form?.focus({ preventScroll: true });
form?.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || typing(event.target)) return;
  const wanted = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const press = (name) => document.querySelector(`[data-press="${name}"]`)?.click();
  const box = [...form.querySelectorAll("[data-key]")].find((one) => one.dataset.key === wanted);
  if (box) box.checked = !box.checked;
  else if (wanted === "n") press("none");
  else if (wanted === "z") press("back");
  else if (wanted === "Enter" && !event.target.matches("a, button, summary")) press("keep");
  else return;
  event.preventDefault();
});
