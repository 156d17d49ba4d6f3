// Whether a reply really is the office's receipt for this record: the right id, the hash of the bytes that were sent, and
// an HMAC with the key that this device got when it was enrolled. A hotel's sign-in page or a stale proxy passes none.

import { decode } from "./base64.js";

const hex = (bytes) => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");

export async function isProven(reply, id, body, receiptKey) {
  const sha256 = hex(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(body)));
  if (reply?.id !== id || reply.sha256 !== sha256 || !/^[0-9a-f]{64}$/.test(reply.proof ?? "")) return false;
  const how = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", decode(receiptKey), how, false, ["verify"]);
  const said = new TextEncoder().encode(`${id}|${sha256}|${reply.outcome}|${reply.receipt}`);
  const proof = Uint8Array.from(reply.proof.match(/../g), (pair) => parseInt(pair, 16));
  return crypto.subtle.verify("HMAC", key, proof, said);
}
