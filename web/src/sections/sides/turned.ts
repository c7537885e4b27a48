// Which corner a finger holds.

/** A turn from 0° to 180° that shows the same polygon, and which of its corners is at the angle. */
export function turned(angle: number, sides: number): { turn: number; corner: number } {
  const step = 360 / sides;
  const whole = ((Math.round(angle) % 360) + 360) % 360;
  const corner = Math.max(Math.ceil((whole - 180) / step - 1e-9), 0);
  return { turn: Math.round(whole - corner * step), corner };
}
