// Takes a position, a photograph, sound: each asked of the browser only after the resident agreed to it.

import { encode } from "./base64.js";

const LONGEST = 120; // seconds of sound
const WIDEST = 1280; // pixels of a photograph
const METRES_PER_DEGREE = 111320; // twin of survey/fieldwork/visit_recording.py

/** The middle of the square of `metres` width in which the device is; nothing more precise leaves this function. */
export async function takePosition(metres) {
  const how = { timeout: 15000, maximumAge: 60000 };
  const { coords } = await new Promise((resolve, reject) => navigator.geolocation.getCurrentPosition(resolve, reject, how));
  const latitude = middle(coords.latitude, metres / METRES_PER_DEGREE);
  const step = metres / (METRES_PER_DEGREE * Math.cos((latitude * Math.PI) / 180));
  const told = JSON.stringify({ latitude, longitude: middle(coords.longitude, step) });
  return { what: "position", type: "application/json", content: encode(new TextEncoder().encode(told)) };
}

const middle = (degrees, step) => (Math.floor(degrees / step) + 0.5) * step;

/** Drawn anew and smaller, so that nothing the camera wrote beside the picture (place, time, device) goes along. */
export async function takePhoto(file) {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, WIDEST / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", 0.7); });
  return { what: "photo", type: "image/jpeg", content: encode(await blob.arrayBuffer()) };
}

/** Begin to record sound; `stop()` of what it returns ends it and resolves with the recording and its seconds. */
export async function startSound() {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const recorder = new MediaRecorder(stream, { audioBitsPerSecond: 24000 });
  const pieces = [];
  const began = Date.now();
  const ended = new Promise((resolve) => { recorder.onstop = resolve; });
  recorder.ondataavailable = ({ data }) => pieces.push(data);
  recorder.start();
  const timer = setTimeout(() => recorder.stop(), LONGEST * 1000);
  return {
    ended,
    async stop() {
      clearTimeout(timer);
      if (recorder.state !== "inactive") recorder.stop();
      await ended;
      stream.getTracks().forEach((track) => track.stop());
      const type = recorder.mimeType.split(";")[0];
      const content = encode(await new Blob(pieces).arrayBuffer());
      return { seconds: Math.min(LONGEST, Math.round((Date.now() - began) / 1000)), recording: { what: "audio", type, content } };
    },
  };
}
