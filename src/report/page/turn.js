"use strict";
// A surface that can be turned, in place of its picture: heights on a grid, painted from back to front.
{
  const make = (name, properties) => Object.assign(document.createElement(name), properties);
  const minus = (label) => label.replace("-", "−");
  const surface = (figure) => {
    const data = JSON.parse(figure.querySelector("script").textContent);
    const names = data.surfaces.map((one) => one.name).join(" and ");
    const canvas = make("canvas", { tabIndex: 0, role: "img" });
    canvas.ariaLabel = `${names} over ${data.inputs.join(" and ")}; the arrow keys turn it`;
    let [turn, tilt] = [0.6, 0.55];
    const colours = () => {
      const style = getComputedStyle(document.documentElement);
      const value = (name) => style.getPropertyValue(name).trim();
      const rgb = (name) => value(name).match(/\w\w/g).map((part) => parseInt(part, 16));
      return { scale: ["--low", "--middle", "--high"].map(rgb), text: value("--text"), line: value("--soft") };
    };
    const draw = () => {
      const panels = data.surfaces.length;
      const wide = canvas.clientWidth;
      const across = wide > 600 ? panels : 1;
      const [width, height] = [wide / across, Math.min(400, wide / across)];
      canvas.style.height = `${(height * panels) / across}px`;
      canvas.width = wide * devicePixelRatio;
      canvas.height = ((height * panels) / across) * devicePixelRatio;
      const pen = canvas.getContext("2d");
      pen.scale(devicePixelRatio, devicePixelRatio);
      const { scale, text, line } = colours();
      const colour = (z) => {
        const part = Math.min(z * 2, 1.999);
        const [low, high] = scale.slice(Math.floor(part));
        return `rgb(${low.map((from, i) => Math.round(from + (part % 1) * (high[i] - from)))})`;
      };
      const [sin, cos, up, down] = [Math.sin(turn), Math.cos(turn), Math.cos(tilt), Math.sin(tilt)];
      data.surfaces.forEach((one, panel) => {
        const middle = [width * ((panel % across) + 0.5), height * (Math.floor(panel / across) + 0.53)];
        const size = Math.min(width * 0.58, height * 0.68);
        const place = (x, y, z) => {
          const [p, q] = [x - 0.5, y - 0.5];
          const depth = p * sin + q * cos;
          return [middle[0] + (p * cos - q * sin) * size,
            middle[1] - (depth * down + (z - 0.5) * 0.6 * up) * size, depth];
        };
        const path = (points) => {
          pen.beginPath();
          points.forEach(([x, y]) => pen.lineTo(x, y));
          pen.closePath();
        };
        pen.fillStyle = text;
        pen.font = "600 14px system-ui, sans-serif";
        pen.textAlign = "center";
        pen.fillText(one.name, middle[0], height * Math.floor(panel / across) + 18);
        pen.strokeStyle = line;
        pen.lineWidth = 1;
        path([[0, 0], [1, 0], [1, 1], [0, 1]].map(([x, y]) => place(x, y, 0)));
        pen.stroke();
        pen.font = "13px system-ui, sans-serif";
        data.ends.forEach((ends, axis) => {
          const side = (axis ? sin : cos) > 0 ? -0.1 : 1.1;
          [...ends, data.inputs[axis]].forEach((label, i) => {
            const [x, y] = place(...(axis ? [side, [0, 1, 0.5][i]] : [[0, 1, 0.5][i], side]), 0);
            pen.fillText(minus(label), x, y + 4);
          });
        });
        const cells = [];
        for (let j = 0; j + 1 < data.rows; j++) {
          for (let i = 0; i + 1 < data.columns; i++) {
            const corners = [[i, j], [i + 1, j], [i + 1, j + 1], [i, j + 1]];
            const heights = corners.map(([p, q]) => one.heights[q * data.columns + p]);
            if (heights.includes(null)) continue;
            const points = corners.map(([p, q], k) =>
              place(p / (data.columns - 1), q / (data.rows - 1), heights[k] / 9999));
            const mean = (of) => of.reduce((sum, value) => sum + value) / 4;
            cells.push([mean(points.map((point) => point[2])), points, colour(mean(heights) / 9999)]);
          }
        }
        cells.sort((a, b) => b[0] - a[0]);
        pen.lineWidth = 0.6;
        for (const [, points, fill] of cells) {
          pen.fillStyle = pen.strokeStyle = fill;
          path(points);
          pen.fill();
          pen.stroke();
        }
      });
    };
    const move = (right, higher) => {
      turn += right;
      tilt = Math.min(1.5, Math.max(0.05, tilt + higher));
      canvas.dataset.turn = turn;
      draw();
    };
    let still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    canvas.onpointerdown = (event) => { still = true; canvas.setPointerCapture(event.pointerId); };
    canvas.onpointermove = (event) => event.buttons && move(-event.movementX / 120, event.movementY / 120);
    canvas.onkeydown = (event) => {
      const step = { ArrowLeft: [0.1, 0], ArrowRight: [-0.1, 0], ArrowUp: [0, -0.1], ArrowDown: [0, 0.1] }[event.key];
      if (!step) return;
      still = true;
      event.preventDefault();
      move(...step);
    };
    addEventListener("resize", () => canvas.isConnected && draw());
    matchMedia("(prefers-color-scheme: dark)").onchange = draw;
    // A short turn shows that it can be turned.
    const swing = (left) => {
      if (still || left === 0) return;
      move(0.012, 0);
      requestAnimationFrame(() => swing(left - 1));
    };
    return { canvas, draw, swing };
  };
  for (const figure of document.querySelectorAll("figure[data-turns]")) {
    const picture = figure.querySelector(".picture");
    const button = make("button", { type: "button", textContent: "Turn it" });
    const note = make("p", { className: "note", hidden: true });
    let turned = null;
    button.onclick = () => {
      turned ??= surface(figure);
      picture.hidden = !picture.hidden;
      if (!turned.canvas.isConnected) picture.after(turned.canvas);
      turned.canvas.hidden = note.hidden = !picture.hidden;
      button.textContent = picture.hidden ? "Back to the picture" : "Turn it";
      if (!picture.hidden) return;
      const range = JSON.parse(figure.querySelector("script").textContent).range;
      note.textContent = `Sampled, not proved. Heights from ${range.map(minus).join(" to ")}. Drag it, or use the arrow keys.`;
      turned.draw();
      turned.swing(60);
    };
    figure.append(note, button);
  }
}
