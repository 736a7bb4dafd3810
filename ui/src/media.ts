// The keys of a headset, a keyboard or a lock screen.

import type { Position } from "./slider";

const STEP = 5;

/** Lets the device's media keys move `position`; `step` goes to the track before or behind. */
export function startMediaSession(position: Position, step: (by: number) => void): void {
  if (!("mediaSession" in navigator)) return;
  const session = navigator.mediaSession;
  session.setActionHandler("play", () => position.toggle());
  session.setActionHandler("pause", () => position.toggle());
  session.setActionHandler("previoustrack", () => step(-1));
  session.setActionHandler("nexttrack", () => step(1));
  session.setActionHandler("seekbackward", (details) =>
    position.seek(Math.max(0, position.at() - (details.seekOffset ?? STEP))),
  );
  session.setActionHandler("seekforward", (details) =>
    position.seek(Math.min(position.length(), position.at() + (details.seekOffset ?? STEP))),
  );
  session.setActionHandler("seekto", (details) => {
    if (details.seekTime !== undefined) position.seek(details.seekTime);
  });
}

/** Names what plays. */
export function tellMediaSession(title: string, artist: string): void {
  if (!("mediaSession" in navigator)) return;
  navigator.mediaSession.metadata = new MediaMetadata({ title, artist, album: "Clearcue" });
}
