// What the PIN protects: a random AES-GCM key, wrapped by a key that PBKDF2 derives from the PIN. The data key lives in
// this page's memory only while the app is unlocked.

import { decode, encode } from "./base64.js";
import { read, write } from "./database.js";

const ROUNDS = 600000; // OWASP's figure for PBKDF2-HMAC-SHA-256 (2023)
let dataKey = null;

export class WrongPin extends Error {}

export const isUnlocked = () => dataKey !== null;
export const exists = async () => (await read("settings", "vault")) !== undefined;

/** Make a new data key under this PIN and keep it unlocked. What an earlier key had sealed cannot be opened any more. */
export async function create(pin) {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, true, ["encrypt", "decrypt"]);
  const wrapped = await crypto.subtle.wrapKey("raw", key, await keyOf(pin, salt, ROUNDS), { name: "AES-GCM", iv });
  await write("settings", "vault", { salt: encode(salt), rounds: ROUNDS, iv: encode(iv), wrapped: encode(wrapped) });
  dataKey = key;
}

/** Throws WrongPin. */
export async function unlock(pin) {
  const { salt, rounds, iv, wrapped } = await read("settings", "vault");
  const wrapping = await keyOf(pin, decode(salt), rounds);
  try {
    const how = { name: "AES-GCM", iv: decode(iv) };
    dataKey = await crypto.subtle.unwrapKey("raw", decode(wrapped), wrapping, how, "AES-GCM", false, ["encrypt", "decrypt"]);
  } catch (error) {
    throw new WrongPin("the PIN does not open the vault", { cause: error });
  }
}

export async function seal(value) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  return { iv, bytes: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, dataKey, bytes) };
}

export async function open({ iv, bytes }) {
  return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, dataKey, bytes)));
}

async function keyOf(pin, salt, iterations) {
  const secret = await crypto.subtle.importKey("raw", new TextEncoder().encode(pin), "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations };
  return crypto.subtle.deriveKey(how, secret, { name: "AES-GCM", length: 256 }, false, ["wrapKey", "unwrapKey"]);
}
