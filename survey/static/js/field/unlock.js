// Asks for the PIN. After five wrong ones it waits, longer each time; nothing is ever wiped.

import { read, write } from "./database.js";
import { on, say, word } from "./page.js";
import { unlock, WrongPin } from "./vault.js";

const FREE = 5;
const FIRST_WAIT = 30; // seconds

export function showUnlock(screen, next) {
  const field = screen.querySelector("[name=pin]");
  on(screen, "unlock", async () => {
    const wrong = (await read("settings", "wrong-pins")) ?? { count: 0, until: 0 };
    const wait = Math.ceil((wrong.until - Date.now()) / 1000);
    if (wait > 0) {
      say("problem", word("wait-pin", { n: wait }));
      return;
    }
    try {
      await unlock(field.value);
    } catch (error) {
      if (!(error instanceof WrongPin)) throw error;
      const count = wrong.count + 1;
      const seconds = count < FREE ? 0 : FIRST_WAIT * 2 ** Math.min(count - FREE, 6);
      await write("settings", "wrong-pins", { count, until: Date.now() + seconds * 1000 });
      say("problem", seconds ? word("wait-pin", { n: seconds }) : word("wrong-pin"));
      field.value = "";
      field.focus();
      return;
    }
    await write("settings", "wrong-pins", { count: 0, until: 0 });
    say("problem", "");
    await next();
  });
  field.focus();
}
