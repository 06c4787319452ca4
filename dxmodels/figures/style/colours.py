"""Which colours are told apart by everybody, on screen and on a black-and-white printer?

The eight of Okabe & Ito (2008, "Color Universal Design"), told apart under every common colour blindness; ordered classes run from light to dark
within one hue. Contrast is that of WCAG 2.1.
"""

from __future__ import annotations

from matplotlib.colors import LinearSegmentedColormap, to_hex, to_rgb

from dxmodels.errors import ModelError

# Okabe & Ito's eight; the reports' words for them are the field's, not the hue's.
PALETTE: dict[str, str] = {
    "blue": "#0072B2",
    "vermillion": "#D55E00",
    "green": "#009E73",
    "purple": "#CC79A7",
    "orange": "#E69F00",
    "sky": "#56B4E9",
    "yellow": "#F0E442",
    "black": "#000000",
}
# Lines and markers need 3:1 against white (WCAG 1.4.11): the lighter hues come last and never alone.
CYCLE: tuple[str, ...] = tuple(PALETTE[name] for name in ("blue", "vermillion", "green", "black", "purple", "orange"))
# From pale to dark through the palette's own blue; strictly falling in luminance (a test holds it).
_ORDERED_RAMP = ("#DCEBF7", "#5BA4D4", "#0072B2", "#05365A")
# Neighbouring areas of a stack: light and dark alternate, edges are white.
STACK: tuple[str, ...] = tuple(PALETTE[name] for name in ("blue", "sky", "green", "orange", "purple"))
INK = "#222222"
MUTED = "#6B6B6B"
RULE = "#D9D9D9"
MISSING_FACE = "#F2F2F2"
MISSING_HATCH = "////"


def ordered_colours(count: int) -> list[str]:
    """Return ``count`` colours from light to dark blue for ordered classes."""
    if count < 1:
        raise ModelError(f"階級の数 {count} は 1 以上にしてください。")
    ramp = LinearSegmentedColormap.from_list("dxmodels_ordered", _ORDERED_RAMP)
    return [to_hex(ramp(index / max(count - 1, 1))) for index in range(count)]


def text_colour_on(face: str) -> str:
    """Return black or white, whichever contrasts more with ``face`` (relative luminance of WCAG 2.1)."""
    return "#000000" if contrast(face, "#000000") >= contrast(face, "#FFFFFF") else "#FFFFFF"


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio (1 to 21) of two colours as WCAG 2.1 defines it."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    def linear(channel: float) -> float:
        return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)

    red, green, blue = (linear(channel) for channel in to_rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
