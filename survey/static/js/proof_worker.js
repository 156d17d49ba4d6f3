// Solves one ALTCHA challenge (PBKDF2): counts up until the derived key begins with the wanted bytes. Nothing leaves the page
// but the solution.
const bytes = (hex) => Uint8Array.from(hex.match(/../g) || [], (pair) => parseInt(pair, 16));
const hexadecimal = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");

const derive = async (parameters, nonce, salt, counter) => {
  const password = new Uint8Array(nonce.length + 4);
  password.set(nonce);
  new DataView(password.buffer).setUint32(nonce.length, counter);
  const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: parameters.cost };
  return hexadecimal(await crypto.subtle.deriveBits(how, key, parameters.keyLength * 8));
};

self.onmessage = async ({ data: challenge }) => {
  const { parameters } = challenge;
  const nonce = bytes(parameters.nonce);
  const salt = bytes(parameters.salt);
  for (let counter = 0; counter < 2 ** 32; counter += 1) {
    const derivedKey = await derive(parameters, nonce, salt, counter);
    if (derivedKey.startsWith(parameters.keyPrefix)) {
      self.postMessage(btoa(JSON.stringify({ challenge, solution: { counter, derivedKey } })));
      return;
    }
  }
};
