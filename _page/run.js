// "Run" on the code cells of a chapter: Python in the reader's browser, what it shows under the cell, and whether that is
// what the book shows. Nothing is loaded before the first click.

const script = document.currentScript;
const page = { cells: [], queue: [] }; // and, once something runs: plan, worker, versions, running

function element(name, attributes, ...children) {
  const made = Object.assign(document.createElement(name), attributes);
  made.append(...children);
  return made;
}

function button(text, ariaLabel, onclick) {
  return element("button", { type: "button", className: "btn btn-sm", ariaLabel, onclick }, text);
}

// A code cell: its controls, the reader's version of the code, and the results of the last run.
class Cell {
  constructor(node, number) {
    Object.assign(this, { node, number, ran: false, same: null });
    this.code = node.querySelector("pre");
    this.source = this.code.textContent.trimEnd();
    const run = button("Run", `Run cell ${number}`, () => runTo(this));
    run.title = "Run this cell, after those above that have not run";
    this.edit = button("Edit", `Edit cell ${number}`, () => this.open());
    this.undo = button("Undo edits", `Undo edits of cell ${number}`, () => this.close());
    this.undo.hidden = true;
    const controls = element("div", { className: "run-controls" }, run, this.edit, this.undo);
    this.verdict = element("p", { className: "run-verdict", role: "status" });
    this.shown = element("div");
    this.result = element("div", { className: "run-result", hidden: true }, this.verdict, this.shown);
    node.querySelector(".cell_input").append(controls);
    node.append(this.result);
  }

  get text() {
    return this.field?.value ?? this.source;
  }

  open() {
    this.field = element("textarea", {
      className: "run-edit",
      value: this.source,
      rows: this.source.split("\n").length + 1,
      spellcheck: false,
      autocapitalize: "off",
      ariaLabel: `Code of cell ${this.number}`,
      oninput: () => forgetFrom(this),
      onkeydown: (event) => {
        if (event.key === "Enter" && (event.shiftKey || event.ctrlKey)) {
          event.preventDefault();
          runTo(this);
        }
      },
    });
    this.code.replaceWith(this.field);
    this.edit.hidden = true;
    this.undo.hidden = false;
    this.field.focus();
  }

  close() {
    if (this.field) {
      this.field.replaceWith(this.code);
      this.field = null;
      this.edit.hidden = false;
      this.undo.hidden = true;
      forgetFrom(this);
    }
  }

  begin() {
    Object.assign(this, { ran: false, same: null, printed: "", figures: [] });
    this.shown.replaceChildren();
    this.result.hidden = false;
    this.judge("Running …");
  }

  judge(text, same = null) {
    this.same = same;
    this.verdict.textContent = text;
    this.verdict.classList.toggle("same", same === true);
    this.verdict.classList.toggle("other", same === false);
  }

  show(kind, text) {
    const last = this.shown.lastElementChild;
    if (kind === "figure") {
      const src = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
      const alt = this.node.querySelector(".cell_output img")?.alt ?? "A figure that this cell drew.";
      this.shown.append(element("img", { src, alt, className: "dark-light" }));
      this.figures.push(text);
    } else if (last?.className === `run-${kind}`) {
      last.append(text);
    } else {
      this.shown.append(element("pre", { className: `run-${kind}`, tabIndex: 0 }, text));
    }
    this.printed += kind === "text" ? text : "";
  }

  async end(passed) {
    this.ran = passed;
    this.judge(...(passed ? await this.compare(page.plan.cells[this.number - 1]) : ["Stopped by an error."]));
  }

  // Say whether what was shown here is what the book shows.
  async compare(book) {
    if (book.uncompared) {
      return ["Not compared: what it shows is not the same twice, such as measured times."];
    }
    const edited = this.text === this.source ? "" : " You have changed the code.";
    const [ours, theirs] = [this.printed, book.printed].map((text) => text.split("\n"));
    const at = [...Array(Math.max(ours.length, theirs.length)).keys()].find((line) => ours[line] !== theirs[line]);
    if (at !== undefined) {
      const [here, there] = [ours, theirs].map((lines) => (lines[at] ? `“${lines[at]}”` : "empty"));
      return [`Not as in the book: line ${at + 1} is ${here} here and ${there} there.${edited}`, false];
    }
    const images = [...this.node.querySelectorAll(".cell_output img")];
    if (this.figures.length !== images.length) {
      return [`Not as in the book: figures here: ${this.figures.length}, there: ${images.length}.${edited}`, false];
    }
    if (images.length === 0) {
      return [book.printed ? "Same as in the book." : "Done. It shows nothing, as in the book.", true];
    }
    const drawn = await Promise.all(images.map(async ({ src }) => (await fetch(src)).text()));
    if (drawn.every((figure, number) => figure === this.figures[number])) {
      return ["Same as in the book, to the last point of the figure.", true];
    }
    const text = book.printed ? "The text is the same as in the book. " : "";
    if (page.versions.matplotlib === page.plan.matplotlib) {
      return [`${text}The figure is not.${edited}`, false];
    }
    const versions = `Matplotlib ${page.versions.matplotlib}, and the book's by ${page.plan.matplotlib}`;
    return [`${text}The figure was drawn by ${versions}; they are not compared.${edited}`, book.printed ? true : null];
  }
}

// After an edit, this cell and those below no longer show what the code says.
function forgetFrom(cell) {
  for (const each of page.cells.slice(cell.number - 1)) {
    each.ran = false;
  }
}

function runTo(cell) {
  const above = page.cells.slice(0, cell.number - 1);
  page.queue = [...above.filter((each) => !each.ran && each !== page.running), cell];
  page.stop.disabled = page.afresh.disabled = false;
  if (!page.worker) {
    start();
  } else {
    next();
  }
}

async function start() {
  say("Loading …");
  page.worker = { terminate() {}, postMessage() {} }; // until there is one
  const place = page.worker;
  const here = (name) => new URL(name, script.src).href;
  try {
    page.plan = await (await fetched(here(`${script.dataset.page}.json`))).json();
  } catch (error) {
    fail(error.message);
  }
  if (page.worker !== place) {
    return; // stopped meanwhile
  }
  const pyodide = new URL(page.plan.pyodide, here("../../")).href;
  const worker = new Worker(here("worker.js"), { type: pyodide.endsWith(".mjs") ? "module" : "classic" });
  worker.onmessage = ({ data }) => receive(data);
  worker.onerror = (event) => fail(event.message);
  worker.postMessage({ start: { pyodide, packages: page.plan.packages, book: here("book.zip"), runner: here("runner.py") } });
  page.worker = worker;
}

async function fetched(url) {
  const answer = await fetch(url);
  if (!answer.ok) {
    throw new Error(`${url} is not there (${answer.status})`);
  }
  return answer;
}

async function receive({ state, versions, failed, kind, text, passed }) {
  if (state) {
    say(state);
  } else if (versions) {
    page.versions = versions;
    next();
  } else if (failed) {
    fail(failed);
  } else if (kind) {
    page.running.show(kind, text);
  } else {
    const cell = page.running;
    await cell.end(passed);
    page.running = null;
    if (!passed) {
      page.queue = [];
    }
    next();
  }
}

function next() {
  if (!page.versions || page.running) {
    return;
  }
  const cell = page.queue.shift();
  if (!cell) {
    say(summary());
    return;
  }
  page.running = cell;
  cell.begin();
  say(`Running cell ${cell.number} of ${page.cells.length}`, Date.now());
  page.worker.postMessage({ run: { number: cell.number, source: cell.text } });
}

function summary() {
  const { python, numpy } = page.versions;
  const count = (same) => page.cells.filter((cell) => cell.same === same && !cell.result.hidden).length;
  const others = count(false) ? `, ${count(false)} not` : "";
  return `Ready. Same as in the book: ${count(true)} cells${others}. Python ${python} and NumPy ${numpy}, in your browser. ${page.plan.missing}`;
}

function halt(why) {
  page.worker?.terminate();
  page.running?.judge(why);
  Object.assign(page, { worker: null, versions: null, running: null, queue: [] });
  page.stop.disabled = true;
  forgetFrom(page.cells[0]);
}

function fail(message) {
  const started = page.versions;
  halt("Not finished.");
  say(started ? `Python stopped: ${message}` : `Python could not be loaded, which comes from the net: ${message}`);
}

function say(text, since = null) {
  page.state.textContent = text;
  page.since = since;
  page.clock.textContent = "";
}

function tick() {
  const seconds = page.since ? Math.floor((Date.now() - page.since) / 1000) : 0;
  page.clock.textContent = seconds > 1 ? ` … ${seconds} s` : "";
}

document.addEventListener("DOMContentLoaded", () => {
  const nodes = [...document.querySelectorAll("article div.cell")].filter((node) => node.querySelector(".cell_input"));
  page.cells = nodes.map((node, number) => new Cell(node, number + 1));
  page.state = element("span", { role: "status" }, "The code of this page runs in your browser; the first time, Python is loaded.");
  page.clock = element("span");
  page.stop = button("Stop", "Stop Python", () => {
    halt("Stopped.");
    say("Stopped. With the next Run, Python starts again, and the cells above it run first.");
  });
  page.afresh = button("Start afresh", "Start afresh: forget all runs and edits", () => {
    halt("");
    for (const cell of page.cells) {
      cell.close();
      cell.result.hidden = true;
    }
    page.afresh.disabled = true;
    say("All is as in the book again.");
  });
  page.stop.disabled = page.afresh.disabled = true;
  const all = button("Run all", "Run all cells", () => runTo(page.cells.at(-1)));
  const bar = document.querySelector(".run-bar");
  bar.append(all, page.stop, page.afresh, element("p", {}, page.state, page.clock));
  setInterval(tick, 500);
});
