// Closes a record into a box that only the office can open (twin of survey/fieldwork/sealed_box.py): a fresh P-256 key
// pair, ECDH with the office's public point, HKDF, AES-GCM. The device keeps no key that would open it again.

import { decode, encode } from "./base64.js";

const CURVE = { name: "ECDH", namedCurve: "P-256" };
const INFO = new TextEncoder().encode("minyi field record");

export async function closeBox(record, officePoint) {
  const office = await crypto.subtle.importKey("raw", decode(officePoint), CURVE, false, []);
  const own = await crypto.subtle.generateKey(CURVE, false, ["deriveBits"]);
  const point = await crypto.subtle.exportKey("raw", own.publicKey);
  const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: office }, own.privateKey, 256);
  const secret = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  const how = { name: "HKDF", hash: "SHA-256", salt: point, info: INFO };
  const key = await crypto.subtle.deriveKey(how, secret, { name: "AES-GCM", length: 256 }, false, ["encrypt"]);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const bytes = new TextEncoder().encode(JSON.stringify(record));
  const content = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, bytes);
  return { point: encode(point), iv: encode(iv), content: encode(content) };
}
