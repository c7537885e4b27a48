// What a section hands out: a link, a frame for other pages, and the files behind a figure.

import { useState } from "preact/hooks";
import { Words } from "./controls.tsx";
import { failureOf } from "../engine/proof.ts";
import type { Engine } from "../engine/client.ts";
import type { Kind, Which } from "../engine/protocol.ts";
import type { Failure } from "../engine/protocol.ts";

/** Saves bytes or a text as a file. */
export function save(name: string, content: BlobPart, type: string) {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = Object.assign(document.createElement("a"), { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** An SVG document as PNG, twice as large as it says. */
export async function toPng(svg: string): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.naturalWidth * 2, image.naturalHeight * 2];
  const context = canvas.getContext("2d");
  if (!context) throw new Error("this browser draws no pictures");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the picture is too large"))), "image/png");
  });
}

const FILES: readonly (readonly [Which, string, string])[] = [
  ["spec", "spec.toml", "Spec"],
  ["network", "network.json", "Network"],
  ["onnx", "network.onnx", "ONNX"],
  ["certificate", "certificate.steeple", "Certificate"],
];

const bytesOf = (base64: string) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

interface Drawn {
  name: string;
  svg: string;
}

interface FilesProps {
  /** What was asked, and who keeps it. */
  progress: { question?: { do: string; name: string }; engine?: Engine };
  /** The files there are; without it, those of a proof. */
  which?: readonly Which[];
  /** The picture to save, by its kind. */
  kind?: Kind;
  /** Pictures that the page drew itself: name, SVG for white paper. */
  own?: (() => Drawn | Promise<Drawn>) | undefined;
}

/** Buttons for the files behind the figure that is shown. */
export function Files({ progress, which, kind, own }: FilesProps) {
  const [failure, setFailure] = useState<Failure>();
  const { question, engine } = progress;
  const doing = (work: () => Promise<void>) => () => {
    setFailure(undefined);
    work().catch((error) => setFailure(failureOf(error)));
  };
  const file = (which: Which, name: string) => doing(async () => {
    if (!question || !engine) return;
    const got = await engine.ask<{ text?: string; base64?: string }>({ do: "file", name: question.name, which });
    if (got.text !== undefined) save(name, got.text, "text/plain");
    else save(name, bytesOf(got.base64 ?? ""), "application/octet-stream");
  });
  const picture = (as: "svg" | "png") => doing(async () => {
    let drawn = await own?.();
    if (!drawn && question && engine && kind) {
      const { svg } = await engine.ask<{ svg: string }>({ do: "draw", name: question.name, kind, paper: true });
      drawn = { name: kind, svg };
    }
    if (!drawn) return;
    if (as === "svg") save(`${drawn.name}.svg`, drawn.svg, "image/svg+xml");
    else save(`${drawn.name}.png`, await toPng(drawn.svg), "image/png");
  });
  const isThere = question !== undefined && engine !== undefined;
  return (
    <div class="files">
      <span>Save:</span>
      {FILES.filter(([kind]) => (which ? which.includes(kind) : kind !== "spec" || question?.do !== "verify")).map(([kind, name, text]) => (
        <button key={kind} type="button" disabled={!isThere} onClick={file(kind, name)}>{text}</button>
      ))}
      {(kind || own) && (["svg", "png"] as const).map((as) => (
        <button key={as} type="button" disabled={!isThere && !own} onClick={picture(as)}>{as.toUpperCase()}</button>
      ))}
      {failure && <Words failure={failure} />}
    </div>
  );
}
