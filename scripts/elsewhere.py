"""The same computations on processors of another kind: ARM64, emulated by qemu, and WebAssembly, in a browser.

Neither has the book's packages. They get the library itself, what makes the data sets, and NumPy.
Everything is fetched once, into .matrix; the programs (qemu, Chromium, apt-get, npm) must be there already.
"""

import base64
import contextlib
import functools
import http.server
import importlib.util
import io
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import threading
import zipfile

import numpy as np
import sklearn.datasets
from machines import INSTALLED, PROOF, ROOT, STORE, TRAINING, VARIABLES, last_line

ARM64 = STORE / "arm64"
PYTHON = f"python3.{sys.version_info.minor}"
PYODIDE = "@pyodide/pyodide@0.17.1"  # with NumPy 1.17.5, under Python 3.8
PYODIDE_SHA512 = "VCeLGQ9NpydiVNUiTWexZEfErQqqo0I8050p5uTxHRlmI4jA1cXt0WOR3pq5WjOCtApkCCT4qV1per1nMOYoFw=="
PYODIDE_FILES = (
    "pyodide.",
    "packages.json",
    "numpy.",
    "matplotlib.",
    "cycler.",
    "kiwisolver.",
    "pillow.",
    "pyparsing.",
    "python-dateutil.",
    "pytz.",
    "setuptools.",
    "six.",
)
CHROMIUM_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SKLEARN = '''"""As much of scikit-learn as the training script needs."""
import pathlib
import numpy
def load_digits(return_X_y):
    table = numpy.load(str(pathlib.Path(__file__).with_name("digits.npy")))
    return table[:, :64], table[:, 64].astype(int)
'''
PAGE = '<!doctype html><script src="pyodide.js"></script>'
RUN = """async packed => {
    await loadPyodide({indexURL: "/"});
    await pyodide.loadPackage("numpy");
    return pyodide.runPython(`
import base64, io, json, sys, warnings, zipfile
warnings.simplefilter("error")
zipfile.ZipFile(io.BytesIO(base64.b64decode("${packed}"))).extractall("/book")
sys.path.insert(0, "/book")
import training_script
json.dumps(training_script.main())
`);
}"""


class Missing(Exception):
    """Something that a run needs is not on this machine; the message says what."""


class Crashed(Exception):
    """Everything was there, and the training script stopped with an error."""


def program(*names):
    """The path of the first of some programs that is there."""
    for name in names:
        if path := shutil.which(name):
            return path
    raise Missing(f"{names[0]} is not installed")


def call(*command, **options):
    """Run a command; if it fails, that what it makes is missing."""
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, **options
    )
    if done.returncode:
        name = pathlib.Path(command[0]).name
        raise Missing(f"{name} failed: {last_line(done.stderr or done.stdout)}")
    return done.stdout


FETCHING = threading.Lock()


def fetch(folder, fill):
    """Have a folder filled, whole or not at all, unless it is there already; the first of two processes counts."""
    with FETCHING:
        if not folder.exists():
            folder.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=folder.parent) as beside:
                filled = pathlib.Path(beside) / folder.name
                filled.mkdir()
                fill(filled)
                try:
                    filled.rename(folder)
                except OSError:
                    if not folder.exists():
                        raise
    return folder


def fetch_numpy(version, folder=None, *options):
    """Install a version of NumPy into a folder of its own."""
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
    wheel = ["--only-binary=:all:", f"numpy=={version}", *options]
    return fetch(
        folder or STORE / f"numpy-{version}",
        lambda beside: call(*install, *wheel, "--target", beside),
    )


def pack(folder):
    """Put into a folder all that the training script imports, NumPy excepted."""
    shutil.rmtree(folder, ignore_errors=True)
    nnfs = pathlib.Path(importlib.util.find_spec("nnfs").origin).parent
    for source in (ROOT / "nnlib", nnfs):
        shutil.copytree(
            source, folder / source.name, ignore=shutil.ignore_patterns("__pycache__")
        )
    for script in (TRAINING, PROOF):
        shutil.copy(script, folder)
    (folder / "sklearn").mkdir()
    (folder / "sklearn" / "__init__.py").touch()
    (folder / "sklearn" / "datasets.py").write_text(SKLEARN, encoding="utf-8")
    X, y = sklearn.datasets.load_digits(return_X_y=True)
    np.save(folder / "sklearn" / "digits.npy", np.column_stack([X, y]))
    return folder


def fetch_arm64(folder):
    """Unpack Debian's Python for ARM64, with the libraries that it needs, into a folder."""
    apt_get, dpkg = program("apt-get"), program("dpkg")
    for name in ("lists/partial", "archives/partial"):
        (folder / "apt" / name).mkdir(parents=True)
    (folder / "apt" / "status").touch()  # as on a machine where nothing is installed
    options = {
        "APT::Architecture": "arm64",
        "APT::Architectures": "arm64",
        "Dir::State::lists": folder / "apt" / "lists",
        "Dir::State::status": folder / "apt" / "status",
        "Dir::Cache": folder / "apt",
        "Debug::NoLocking": 1,
    }
    apt_get = [apt_get, "-qq", *(f"-o{key}={value}" for key, value in options.items())]
    install = ["install", "--download-only", "--no-install-recommends", "--yes"]
    packages = [f"{PYTHON}-minimal", f"lib{PYTHON}-stdlib", "libstdc++6"]
    call(*apt_get, "update")
    call(*apt_get, *install, *packages)
    for package in (folder / "apt" / "archives").glob("*.deb"):
        call(dpkg, "-x", package, folder)
    shutil.rmtree(folder / "apt")


def run_arm64(numpy=INSTALLED):
    """Run the training script under qemu, which takes many times longer than this processor."""
    qemu = program("qemu-aarch64-static", "qemu-aarch64")
    root = fetch(ARM64, fetch_arm64)
    platforms = ("manylinux_2_28", "manylinux_2_27", "manylinux2014")
    options = [f"--platform={name}_aarch64" for name in platforms]
    options += ["--implementation=cp", f"--python-version=3.{sys.version_info.minor}"]
    site = fetch_numpy(numpy, STORE / f"arm64-numpy-{numpy}", *options)
    handed = pack(STORE / f"handed-to-arm64-numpy-{numpy}")
    kept = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    python = [qemu, "-L", root, root / "usr" / "bin" / PYTHON, "-S", "-W", "error"]
    path = os.pathsep.join(map(str, (handed, site)))
    done = subprocess.run(
        [*python, handed / TRAINING.name],
        capture_output=True,
        text=True,
        env={**kept, "PYTHONPATH": path},
        cwd=handed,
    )
    if done.returncode:
        raise Crashed(last_line(done.stderr))
    return json.loads(done.stdout)


def fetch_npm(package, sha512, names):
    """Unpack those files of a package from npm whose names begin so, without their folders; gives the folder."""

    def fill(folder):
        pack = [program("npm"), "pack", package, "--json", "--silent"]
        found = json.loads(call(*pack, cwd=folder))[0]
        archive = folder / found["filename"]
        if found["integrity"] != f"sha512-{sha512}":
            raise Missing(f"{package} is not the one that it was")
        with tarfile.open(archive) as members:
            for member in members:
                name = pathlib.PurePath(member.name).name
                if member.isfile() and name.startswith(names):
                    member.name = name
                    members.extract(member, folder, filter="data")
        archive.unlink()
        (folder / "index.html").write_text(PAGE, encoding="utf-8")

    plain = package.strip("@").replace("/", "-").replace("@", "-")
    return fetch(STORE / plain, fill)


def fetch_pyodide():
    """The old Python for browsers, with NumPy and Matplotlib."""
    return fetch_npm(PYODIDE, PYODIDE_SHA512, PYODIDE_FILES)


def run_wasm():
    """Run the training script in a headless Chromium."""
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        raise Missing("playwright is not installed (extra: browser)") from None
    chromium = os.environ.get("NNLIB_CHROMIUM") or program("chromium")
    root = fetch_pyodide()
    handed = pack(STORE / "handed-to-webassembly")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(handed.rglob("*")):
            archive.write(path, path.relative_to(handed))
    with serve(root) as address, sync_playwright() as playwright:
        try:
            launch = playwright.chromium.launch
            browser = launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        except Error as error:
            raise Missing(f"Chromium does not start: {error.message}") from None
        try:
            page = browser.new_page()
            page.goto(f"{address}/index.html")
            printed = page.evaluate(RUN, base64.b64encode(packed.getvalue()).decode())
        except Error as error:
            raise Crashed(last_line(error.message)) from None
        finally:
            browser.close()
    return json.loads(printed)


@contextlib.contextmanager
def serve(folder):
    """Serve a folder to this machine alone; gives its address."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    Handler.extensions_map = {**Handler.extensions_map, ".wasm": "application/wasm"}
    handler = functools.partial(Handler, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def attempt(run, **expected):
    """Run the training script elsewhere: its results and a verdict, "" where they may be compared.

    ``expected`` is what the proof must say, such as ``machine="aarch64"``.
    """
    try:
        result = run()
    except Missing as error:
        return None, f"not run: {error}"
    except Crashed as error:
        return None, f"failed: {error}"
    found = {name: result["proof"][name] for name in expected}
    return result, "" if found == expected else f"failed, it ran elsewhere: {found}"
