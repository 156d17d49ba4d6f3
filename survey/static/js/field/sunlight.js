// The look for bright sun: black on white, whatever the device prefers. Chosen with one press, kept on this device.

import { read, write } from "./database.js";

export async function watchSunlight() {
  const button = document.querySelector("[data-look]");
  const set = (on) => {
    document.documentElement.classList.toggle("sun", on);
    button.setAttribute("aria-pressed", `${on}`);
  };
  button.addEventListener("click", () => {
    const on = !document.documentElement.classList.contains("sun");
    set(on);
    return write("settings", "sunlight", on);
  });
  set(Boolean(await read("settings", "sunlight")));
}
