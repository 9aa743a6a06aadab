"""People's words for a model's colour, material and shape."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
from PIL import ImageColor
from scipy.spatial import ConvexHull, QhullError, cKDTree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

NO_WORD = ""
MAIN_SHARE = 0.45  # less of a model's surface in one colour, and people name none
_AHEAD = 1.4  # and it must be this many times the second colour
MATERIAL_SHARE = 0.7

# CSS colours (and further ones where CSS has gaps) under the words that people use for them.
# Between brown and white lies much that some call beige, some brown, some cream: no word.
_COLORS = {
    "red": "red crimson firebrick darkred #b02020 #d04030 #7a1515 #a03030 #a83a30 #601010",
    "orange": "orange darkorange orangered #e07818 #c86010 #d8642a",
    "yellow": "yellow gold goldenrod #e8d040 #d8c848 #b8a020 #f0e070 #c8a838 #c8c070",
    "green": "green lime limegreen forestgreen seagreen darkgreen olivedrab darkolivegreen "
             "yellowgreen mediumseagreen lightgreen darkseagreen #305018 #203818 #88a850 #98b090 "
             "#507850 #a8c080",
    "blue": "blue navy mediumblue royalblue steelblue dodgerblue deepskyblue skyblue cadetblue "
            "teal darkcyan midnightblue cornflowerblue #204868 #30607a #182848 #8098b8 #98b0d0 "
            "#5a7090 #10183a",
    "purple": "purple indigo rebeccapurple darkorchid mediumpurple darkviolet darkmagenta "
              "#583050 #9080b0 #402040",
    "pink": "pink hotpink deeppink lightpink palevioletred orchid #e0a0b0 #c04868 #d08090",
    "brown": "saddlebrown sienna #8b5a2b #6b4423 #5c3317 #4a2c18 #a06a38 #905028 #704020 #7a5538 "
             "#85603c #3a2415 #a87848 #984c20 #605040 #503c30 #302018 #a87038 #b07840",
    NO_WORD: "beige tan wheat burlywood bisque antiquewhite moccasin khaki darkkhaki rosybrown "
             "#c8b090 #d8c8a8 #e0d0b0 #b8a080 #c8b898 #a89878 #908468 #b0a890 #d0b080 #887858 "
             "#70664e #a09070 #c0a070",
    "white": "white snow whitesmoke #e8e8e8 #d8d8d8 #cccccc #f0f0e8 #c4c4c4 #dcdcd4 #e4e8ee "
             "#f8f0e4",
    "grey": "grey dimgrey #707070 #909090 #a0a0a0 #acacac #b4b4b4 #606468 #585858 #888c90 "
            "slategrey lightslategrey #787878 #808890 #4c4c4c #989488 #808078",
    "black": "black #101010 #202020 #2c2c2c #181c20 #201c18 #383838",
}  # fmt: skip

_MATERIALS = {
    "wooden": r"wood|madera|fusta|oak|pine|teak|beech|walnut|mahog|alder|pear|theca",
    "leather": r"leather|cuir|cuero",
    "glass": r"^glass|crystal|cristal|vidre|^vidro",
    "metal": r"chrome|steel|metal|alumin|^alu$|iron|inox|stain",
    "fabric": r"fabric|cloth|textile|tela",
    "plastic": r"plastic",
    "ceramic": r"ceramic|fayence|porcelain|faience|crockery",
    "marble": r"marble|marmol|granite",
    "wicker": r"rattan|wicker|basket",
}


def color_words(rgb: NDArray[np.uint8]) -> list[str]:
    """For each (N, 3) colour what people call it; "" where opinions differ."""
    _, nearest = _TREE.query(_lab(rgb.astype(np.float64) / 255))
    return [_ANCHOR_WORDS[i] for i in nearest]


def main_color(rgb: NDArray[np.uint8]) -> tuple[str | None, NDArray[np.bool_]]:
    """The one word for the colour of evenly spaced samples, and which of them have it.

    Returns:
        the word, None where no single one fits, and (N,) bool, all False then.
    """
    words = np.array(color_words(rgb))
    names, counts = np.unique(words, return_counts=True)
    order = np.argsort(-counts)
    second = counts[order[1]] if len(order) > 1 else 0
    word = str(names[order[0]])
    if word == NO_WORD or counts[order[0]] < max(MAIN_SHARE * len(rgb), _AHEAD * second):
        return None, np.zeros(len(rgb), np.bool_)
    return word, words == word


def material_word(names: Sequence[str], paint: NDArray[np.int64]) -> str | None:
    """The material that most of the samples' paints are named after, if any."""
    counts = np.bincount(paint, minlength=len(names))
    for word, pattern in _MATERIALS.items():
        share = sum(c for n, c in zip(names, counts, strict=True) if re.search(pattern, n, re.I))
        if share >= MATERIAL_SHARE * len(paint):
            return word
    return None


def outline_word(xy: NDArray[np.float32]) -> str | None:
    """Whether (N, 2) samples fill a circle, a square or a rectangle."""
    extent = np.ptp(xy, axis=0)
    if len(xy) < 20 or extent.min() <= 0:
        return None
    try:
        filled = ConvexHull(xy).volume / extent.prod()  # in two dimensions, volume is area
    except QhullError:
        return None
    near_square = extent.max() < 1.08 * extent.min()
    if filled > 0.93:
        return "square" if near_square else "rectangular"
    return "round" if near_square and 0.7 < filled < 0.85 else None


def _lab(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """CIE L*a*b* (D65) of sRGB in [0, 1], the lightness halved: people name by hue first."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    xyz = linear @ to_xyz.T / np.array([0.9505, 1.0, 1.089])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    lightness = 116 * f[:, 1] - 16
    a, b = 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])
    return np.stack([0.5 * lightness, a, b], axis=1)


_ANCHORS = [
    (word, ImageColor.getrgb(css)) for word, all_ in _COLORS.items() for css in all_.split()
]
_ANCHOR_WORDS = [word for word, _ in _ANCHORS]
_TREE = cKDTree(_lab(np.array([rgb[:3] for _, rgb in _ANCHORS], np.float64) / 255))
