"""Picture all built pages, light, dark and on a phone, with all that folds unfolded.

    python scripts/screenshots.py [FOLDER [PAGE ...]]

FOLDER holds `html`; it is `_build` if not given. The pictures go to `screenshots` in it: light/03_layers.jpg is a whole
page, cut into columns, and overview/light/03_layers.jpg the same, small enough to be looked through.
"""

import io
import os
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parent.parent
PAGES = ("intro.html", "search.html", "chapters/*.html", "back_matter/*.html")
FLAGS = ["--no-sandbox", "--disable-gpu"]  # Chromium has no sandbox for root
LOOKS = {  # theme, width in pixels, and how many times smaller the overview is
    "light": ("light", 1280, 3),
    "dark": ("dark", 1280, 3),
    "phone": ("light", 375, 2),
}
COLUMN, GAP = 4800, 30  # pixels
UNFOLD = """async () => {
    await window.typesetAll?.();
    const folds = "details:not([open]) > summary, button.toggle-button-hidden";
    document.querySelectorAll(folds).forEach(fold => fold.click());
}"""


def cut(picture):
    """Lay a long picture out in columns."""
    tops = range(0, picture.height, COLUMN)
    step = picture.width + GAP
    sheet = Image.new("RGB", (len(tops) * step - GAP, COLUMN), "gray")
    for place, top in enumerate(tops):
        bottom = min(top + COLUMN, picture.height)
        part = picture.crop((0, top, picture.width, bottom))
        sheet.paste(part, (place * step, 0))
    return sheet


def save(picture, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path, quality=80)


def main(folder=ROOT / "_build", *chosen):
    folder = Path(folder).absolute()
    html, target = folder / "html", folder / "screenshots"
    paths = [path for pattern in PAGES for path in sorted(html.glob(pattern))]
    chromium = os.environ.get("NNLIB_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for look, (theme, width, smaller) in LOOKS.items():
            window = {"width": width, "height": 900}
            page = browser.new_page(color_scheme=theme, viewport=window)
            for path in paths:
                if not chosen or path.stem in chosen:
                    page.goto(path.as_uri())
                    page.evaluate(UNFOLD)
                    taken = page.screenshot(full_page=True, animations="disabled")
                    picture = cut(Image.open(io.BytesIO(taken)))
                    name = f"{look}/{path.stem}.jpg"
                    save(picture, target / name)
                    save(picture.reduce(smaller), target / "overview" / name)
            page.close()
        browser.close()
    print(f"Look through {target / 'overview'}")


if __name__ == "__main__":
    main(*sys.argv[1:])
