// Figures with sliders. Each takes the place of the static picture in a <figure class="interactive">, draws itself anew
// when a control is moved, and says in words what is to be seen.

(() => {
  "use strict";

  // The mathematics, as nnlib and the chapters have it.

  const sigmoid = (z) => 1 / (1 + Math.exp(-z));
  const ACTIVATIONS = {
    step: { value: (z) => Number(z > 0), slope: () => 0, corner: "jump" },
    sigmoid: { value: sigmoid, slope: (z) => sigmoid(z) * (1 - sigmoid(z)) },
    tanh: { value: Math.tanh, slope: (z) => 1 - Math.tanh(z) * Math.tanh(z) },
    ReLU: { value: (z) => Math.max(z, 0), slope: (z) => Number(z > 0), corner: "bend" },
  };

  const MINIMUM = 9 / 4;
  const height = (x) => x * x * x * x - 3 * x * x * x + 2;
  const slope = (x) => 4 * x * x * x - 9 * x * x;

  function walk(rate, nSteps) {
    const path = [3];
    while (path.length <= nSteps) {
      path.push(path.at(-1) - rate * slope(path.at(-1)));
    }
    return path;
  }

  // What becomes of a walk, after many more steps than are drawn.
  function outcome(rate) {
    const path = walk(rate, 1000);
    const end = path.at(-1);
    if (!Number.isFinite(end)) {
      return "It diverges: each jump leads farther out.";
    }
    if (Math.abs(end) < 0.1) {
      return "It overshoots, and creeps on to the terrace at 0.";
    }
    if (Math.abs(end - MINIMUM) > 0.01) {
      return "It overshoots again and again, and never settles.";
    }
    const crosses = path[1] < MINIMUM; // a walk that ever does, does it at once
    return crosses ? "It overshoots, and settles at the minimum." : "It approaches the minimum from one side.";
  }

  // Drawing, in the look of the book's other figures.

  const COLORS = ["#0072B2", "#D55E00", "#009E73"];
  const TINTS = ["#bfdbec", "#f4d6bf", "#bfe6dc"];
  const MARKERS = ["m-2 0a2 2 0 1 0 4 0a2 2 0 1 0 -4 0", "m0 -2l2 4h-4z", "m-1.8 -1.8h3.6v3.6h-3.6z"];

  // A number with so many decimals and a true minus sign.
  function digits(number, decimals) {
    const text = Math.abs(number) < 1000 ? number.toFixed(decimals) : number.toExponential(decimals);
    return text.replace(/^-(?=[0.]*$)/, "").replaceAll("-", "−").replace("Infinity", "inf").replace("NaN", "nan");
  }

  function made(node, attributes, children) {
    for (const [name, value] of Object.entries(attributes)) {
      node.setAttribute(name, value);
    }
    node.append(...children);
    return node;
  }

  const html = (name, attributes, ...children) => made(document.createElement(name), attributes, children);
  const svg = (name, attributes, ...children) =>
    made(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);

  // Lengths are points, as in Matplotlib; x and y are intervals, every is the distance of ticks.
  class Axes {
    constructor({ size, margin = 50, x, y, every, labels }) {
      const [left, top, right, bottom] = [margin, 25, size[0] - margin + 42, size[1] - 40];
      this.interval = x;
      this.x = (value) => ((value - x[0]) / (x[1] - x[0])) * (right - left);
      this.y = (value) => ((y[1] - value) / (y[1] - y[0])) * (bottom - top);
      this.plot = svg("svg", { x: left, y: top, width: right - left, height: bottom - top, "aria-hidden": true });
      this.title = svg("text", { x: (left + right) / 2, y: top - 8, "font-size": 14 });
      const texts = [
        svg("text", { x: (left + right) / 2, y: bottom + 34 }, labels[0]),
        svg("text", { transform: `translate(${left - 36} ${(top + bottom) / 2}) rotate(-90)` }, labels[1]),
      ];
      let frame = `M${left} ${top}V${bottom}H${right}`;
      const ticks = ([low, high], step) =>
        Array.from({ length: 20 }, (_, k) => (Math.ceil(low / step) + k) * step).filter((tick) => tick <= high);
      for (const tick of ticks(x, every[0])) {
        frame += `M${left + this.x(tick)} ${bottom}v3.5`;
        texts.push(svg("text", { x: left + this.x(tick), y: bottom + 17 }, digits(tick, 0)));
      }
      for (const tick of ticks(y, every[1])) {
        frame += `M${left} ${top + this.y(tick)}h-3.5`;
        const place = { x: left - 7, y: top + this.y(tick) + 4, "text-anchor": "end" };
        texts.push(svg("text", place, digits(tick, every[1] < 1 ? 1 : 0)));
      }
      const look = { role: "img", viewBox: `0 0 ${size.join(" ")}`, width: (size[0] * 4) / 3 };
      this.node = svg("svg", look, this.plot, svg("path", { d: frame, class: "frame" }), this.title, ...texts);
    }

    line(points, stroke, width = 2, dashes = "none") {
      const near = (number) => Math.max(-1e4, Math.min(1e4, number)).toFixed(2);
      const d = "M" + points.map(([x, y]) => `${near(this.x(x))} ${near(this.y(y))}`).join("L");
      this.plot.append(svg("path", { d, stroke, "stroke-width": width, "stroke-dasharray": dashes, fill: "none" }));
    }

    curve(f, ...look) {
      const [low, high] = this.interval;
      const places = Array.from({ length: 401 }, (_, k) => low + ((high - low) * k) / 400);
      this.line(places.map((x) => [x, f(x)]), ...look);
    }

    dot(x, y, fill) {
      this.plot.append(svg("circle", { cx: this.x(x), cy: this.y(y), r: 4, fill }));
    }

    text(x, y, text) {
      this.plot.append(svg("text", { x: this.x(x) + 8, y: this.y(y) + 5, "text-anchor": "start" }, text));
    }
  }

  // The figures: axes, controls, and a function that draws and returns a title, what is seen, and its numbers.

  const slider = (label, min, max, step, value, shown) => ({ label, min, max, step, value, shown });
  const decimals = (count) => (number) => digits(number, count);
  const strength = (k) => (k ? `λ = ${digits(regions.runs[k].strength, 6).replace(/0+$/, "")}` : "no penalty");

  const FIGURES = {
    neuron: {
      axes: { size: [403.2, 244.8], x: [-8, 8], y: [-0.05, 1.05], every: [2, 0.2], labels: ["input x", "output h"] },
      controls: [
        slider("weight w", -5, 5, 0.1, 2, decimals(1)),
        slider("bias b", -10, 10, 0.5, 3, decimals(1)),
      ],
      draw(axes, weight, bias) {
        axes.line([[-8, 0.5], [8, 0.5]], "#b3b3b3", 1);
        axes.curve((x) => sigmoid(weight * x + bias), COLORS[0]);
        const atZero = digits(sigmoid(bias), 3);
        const title = `w = ${digits(weight, 1)}, b = ${digits(bias, 1)}`;
        if (weight === 0) {
          return [title, `The curve is level at ${atZero}.`, `No threshold: the output is σ(b) = ${atZero} everywhere.`];
        }
        const threshold = -bias / weight;
        axes.line([[threshold, 0], [threshold, 0.5]], COLORS[1], 2, "2 3.3");
        axes.dot(threshold, 0.5, COLORS[1]);
        const place = digits(threshold, 2) + (Math.abs(threshold) > 8 ? ", outside the picture" : "");
        return [
          `${title}, −b/w = ${digits(threshold, 2)}`,
          `The curve ${weight > 0 ? "climbs from 0 to 1" : "falls from 1 to 0"} and passes 0.5 at x = ${place}.`,
          `Threshold −b/w = ${place}; slope there w/4 = ${digits(weight / 4, 3)}; output at x = 0: σ(b) = ${atZero}.`,
        ];
      },
    },

    family: {
      axes: { size: [403.2, 288], x: [-4, 4], y: [-1.2, 4.2], every: [1, 1], labels: ["input x", ""] },
      controls: [
        { label: "function", options: Object.keys(ACTIVATIONS), value: "sigmoid" },
        slider("weight w", 0.5, 4, 0.1, 2, decimals(1)),
        slider("place x", -4, 4, 0.1, 1, decimals(1)),
      ],
      draw(axes, name, weight, x) {
        const { value, slope, corner } = ACTIVATIONS[name];
        const curves = { value: (x) => value(weight * x), slope: (x) => weight * slope(weight * x) };
        for (const [k, [label, curve]] of Object.entries(curves).entries()) {
          const look = [COLORS[k], 2, k ? "7 3" : "none"];
          axes.curve(curve, ...look);
          axes.line([[-3.8, 3.8 - 0.4 * k], [-3.2, 3.8 - 0.4 * k]], ...look);
          axes.text(-3.2, 3.8 - 0.4 * k, label);
          axes.dot(x, curve(x), "#000");
        }
        const none = corner && x === 0 ? ` (it has none at the ${corner}; one takes 0)` : "";
        const [ends, title] = [[-4, 4].map((x) => digits(curves.value(x), 1)), `${name}(${digits(weight, 1)}x)`];
        const top = digits(Math.max(curves.slope(0), curves.slope(4)), 3);
        return [
          title,
          `${title} ${corner === "jump" ? "jumps" : "climbs"} from ${ends[0]} to ${ends[1]}; its slope is at most ${top}.`,
          `At x = ${digits(x, 1)}: value ${digits(curves.value(x), 3)}, slope ${digits(curves.slope(x), 3)}${none}.`,
        ];
      },
    },

    descent: {
      axes: { size: [403.2, 244.8], x: [-1.5, 3.5], y: [-8, 14], every: [1, 5], labels: ["x", "f(x)"] },
      controls: [
        slider("rate", 0.002, 0.18, 0.002, 0.06, decimals(3)),
        slider("steps", 0, 40, 1, 8, decimals(0)),
      ],
      draw(axes, rate, steps) {
        axes.curve(height, "#999");
        axes.line([[MINIMUM, -8], [MINIMUM, 14]], "#999", 1, "4 2");
        const path = walk(rate, steps);
        const drawn = path.filter((x) => Math.abs(x) < 1000);
        axes.line(drawn.map((x) => [x, height(x)]), COLORS[1], 1);
        drawn.forEach((x) => axes.dot(x, height(x), COLORS[1]));
        drawn.slice(0, 3).forEach((x, step) => axes.text(x, height(x), step));
        const [end, title, count] = [path.at(-1), `rate ${digits(rate, 3)}`, `${steps} step${steps === 1 ? "" : "s"}`];
        const numbers = `After ${count}: x = ${digits(end, 3)}, f(x) = ${digits(height(end), 3)}. ${outcome(rate)}`;
        return [title, `A walk down the curve from x = 3, ${title}, ${count}. ${outcome(rate)}`, numbers];
      },
    },

    regions: {
      axes: { size: [403.2, 360], margin: 75, x: [-1.1, 1.1], y: [-1.1, 1.1], every: [1, 1], labels: ["x₁", "x₂"] },
      controls: [slider("strength", 0, 5, 1, 0, strength)],
      draw(axes, k) {
        const run = regions.runs[k];
        const scale = axes.x(0.001) - axes.x(0); // its lengths are thousandths
        const transform = `translate(${axes.x(0)} ${axes.y(0)}) scale(${scale} ${-scale})`;
        const shapes = run.shapes.map((d, k) => svg("path", { d, fill: TINTS[k + 1], "fill-rule": "evenodd" }));
        axes.plot.append(svg("rect", { width: "100%", height: "100%", fill: TINTS[0] }), svg("g", { transform }, ...shapes));
        for (const [k, points] of regions.points.entries()) {
          const d = points.map(([x, y]) => `M${axes.x(x / 1000)} ${axes.y(y / 1000)}${MARKERS[k]}`).join("");
          axes.plot.append(svg("path", { d, fill: COLORS[k], stroke: "#fff", "stroke-width": 0.4 }));
        }
        const scores = (which) => `accuracy ${digits(run[`${which} accuracy`], 3)}, loss ${digits(run[`${which} loss`], 3)}`;
        const numbers = `Training points: ${scores("train")}. Fresh points: ${scores("fresh")}.`;
        return [strength(k), `With ${strength(k)}: ${run.seen}`, numbers];
      },
    },
  };

  // A label, a control and what it is set to.
  function controlOf({ label, options, value, shown, ...limits }, id) {
    const choice = options
      ? html("select", { id }, ...options.map((name) => html("option", {}, name)))
      : html("input", { id, type: "range", ...limits });
    choice.value = value;
    const row = html("div", { class: "control" }, html("label", { for: id }, label), choice);
    if (options) {
      return { row, read: () => choice.value };
    }
    const output = html("output", { for: id, "aria-live": "off" });
    row.append(output);
    function read() {
      output.value = shown(Number(choice.value));
      choice.setAttribute("aria-valuetext", output.value);
      return Number(choice.value);
    }
    return { row, read };
  }

  function bringToLife(figure) {
    const { axes: form, controls, draw } = FIGURES[figure.dataset.figure];
    const axes = new Axes(form);
    const all = controls.map((control, k) => controlOf(control, `${figure.dataset.figure}-${k}`));
    const numbers = html("p", { class: "numbers" });
    const spoken = html("p", { class: "spoken", role: "status" }); // when a movement ends, not all along it
    function update() {
      axes.plot.replaceChildren();
      const [title, seen, found] = draw(axes, ...all.map(({ read }) => read()));
      axes.title.textContent = title;
      axes.node.setAttribute("aria-label", seen);
      numbers.textContent = found;
    }
    update();
    figure.addEventListener("input", update);
    figure.addEventListener("change", () => (spoken.textContent = numbers.textContent));
    figure.querySelector("img").replaceWith(axes.node, ...all.map(({ row }) => row), numbers, spoken);
  }

  document.querySelectorAll("figure.interactive").forEach(bringToLife);
})();
