"""Of Font Awesome's two thousand icons, only those that the pages show."""

import logging
import re
from base64 import b64encode
from io import BytesIO

from fontTools import subset  # Matplotlib brings it

logging.getLogger("fontTools.subset").setLevel(logging.WARNING)

RULE = r'((?:\.fa-[\w-]+:before,?)+)\{content:"\\(\w+)"\}'
SOURCE = r"src:url\([^;}]*/(fa-solid-900\.ttf)[^;}]*"


def keep_icons(style, shown, fonts):
    """Drop from a style sheet the icons that are not among those shown, and put the others' font into it."""
    codes = []

    def keep(match):
        if shown.isdisjoint(re.findall(r"fa-[\w-]+", match[1])):
            return ""
        codes.append(int(match[2], 16))
        return match[0]

    def embed(match):
        options = subset.Options(flavor="woff", recalc_timestamp=False)
        font = subset.load_font(fonts / match[1], options)
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=codes)
        subsetter.subset(font)
        subset.save_font(font, file := BytesIO(), options)
        data = b64encode(file.getvalue()).decode()
        return f"src:url(data:font/woff;base64,{data})"

    return re.sub(SOURCE, embed, re.sub(RULE, keep, style))
