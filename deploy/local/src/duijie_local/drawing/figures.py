"""A figure as SVG text. Text stays text, so that a browser sets Chinese in a font of its own; nothing is fetched."""

from __future__ import annotations

import io
import logging
import warnings
from functools import cache
from typing import Any

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.figure import Figure
from matplotlib.text import Text

DESIGNATED, OTHER, MUTED, INK = "#b3261e", "#3b6ea5", "#9aa5ad", "#22303a"
FONTS = (
    "Noto Sans CJK SC", "Noto Sans SC", "Noto Sans CJK JP",
    "Source Han Sans SC", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei",
    "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "Droid Sans Fallback",
)  # fmt: skip
"""Fonts with Chinese that systems have, best first."""
_SALT = "duijie"
_PIXELS = 160
"""Per inch, of what is drawn as pixels inside."""


def new_figure(width: float, height: float) -> Figure:
    """An empty figure, in inches."""
    return Figure(figsize=(width, height), layout="constrained")


def svg_of(figure: Figure, *, text: bool = True) -> str:
    """The figure as an `<svg>` element.

    With `text` its words are left to the reader's fonts; without, they are outlines, which look the same everywhere
    but need a Chinese font on this machine.
    """
    families = [*installed_fonts(), "DejaVu Sans"]
    for words in figure.findobj(Text):
        words.set_fontfamily(families)
    settings: Any = {  # matplotlib's type lists every setting by name
        "svg.fonttype": "none" if text else "path",
        "svg.hashsalt": _SALT,
        "font.family": families,  # for ticks, which are made while drawing
        "axes.unicode_minus": False,
        "path.simplify": True,
    }
    out = io.StringIO()
    with mpl.rc_context(settings), warnings.catch_warnings():
        # Where no Chinese font is installed the layout guesses widths; the reader's browser still has one.
        warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
        figure.savefig(out, format="svg", dpi=_PIXELS, metadata={"Date": None, "Creator": None})
    drawn = out.getvalue()
    return drawn[drawn.index("<svg") :]


@cache
def installed_fonts() -> tuple[str, ...]:
    """Those of `FONTS` that this machine has."""
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    known = {font.name for font in font_manager.fontManager.ttflist}
    return tuple(name for name in FONTS if name in known)
