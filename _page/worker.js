// Python for a page of the book, in a thread of its own, so that it neither holds up the page nor outlives a stop.

let run;

async function load({ pyodide: script, packages, book, runner }) {
  postMessage({ state: "Loading Python …" });
  if (script.endsWith(".mjs")) {
    self.loadPyodide = (await import(script)).loadPyodide;
  } else {
    importScripts(script); // as versions want it that are older than modules
  }
  const indexURL = new URL(".", script).href;
  const pyodide = (await self.loadPyodide({ indexURL })) ?? self.pyodide;
  postMessage({ state: `Loading ${packages.join(", ")} …` });
  await pyodide.loadPackage(packages);
  postMessage({ state: "Loading the book's library …" });
  const files = pyodide.FS ?? pyodide._module.FS;
  files.writeFile("/book.zip", await bytes(book));
  files.writeFile("/runner.py", await bytes(runner));
  self.tell = (kind, text) => postMessage({ kind, text });
  const versions = pyodide.runPython(`
import json, os, platform, sys, zipfile

os.environ["MPLBACKEND"] = "agg"
zipfile.ZipFile("/book.zip").extractall("/book")
sys.path[:0] = ["/", "/book"]
os.chdir("/book/chapters")
import js, matplotlib, numpy, runner

runner.prepare()
run = runner.Runner(js.tell).run
versions = platform.python_version(), numpy.__version__, matplotlib.__version__
json.dumps(dict(zip(("python", "numpy", "matplotlib"), versions)))
`);
  run = pyodide.globals.get("run");
  postMessage({ versions: JSON.parse(versions) });
}

async function bytes(url) {
  const answer = await fetch(url);
  if (!answer.ok) {
    throw new Error(`${url} is not there (${answer.status})`);
  }
  return new Uint8Array(await answer.arrayBuffer());
}

onmessage = async ({ data }) => {
  try {
    if (data.start) {
      await load(data.start);
    } else {
      postMessage({ passed: run(`<cell ${data.run.number}>`, data.run.source) });
    }
  } catch (error) {
    postMessage({ failed: error.message.trim().split("\n").at(-1) });
  }
};
