// Bytes as base64 text and back.

export const encode = (bytes) => btoa(Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join(""));
export const decode = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
