// A tablet that people share: after some seconds without a touch the page is left, and a form forgotten. Without this script the
// page does the same by itself, but does not notice that somebody is still reading.
const script = document.querySelector("script[data-kiosk-leave]");
const leave = () => location.replace(script.dataset.kioskLeave);
const wait = Number(script.dataset.kioskSeconds) * 1000;
let timer = setTimeout(leave, wait);

for (const sign of ["pointerdown", "keydown", "input", "scroll"]) {
  addEventListener(sign, () => {
    clearTimeout(timer);
    timer = setTimeout(leave, wait);
  }, { passive: true });
}

// A page that the browser kept in memory may show what the person before filled in: ask the server instead.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
