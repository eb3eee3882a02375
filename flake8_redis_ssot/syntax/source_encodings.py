"""The encodings that a coding line can name: those of text, in which the coding line itself can be read.

Python looks up any codec, among them transformations of bytes, codecs that installed packages register and run their
own code, and `punycode`, whose time grows with the square of the length. None of them is what a source file is in.
"""

from __future__ import annotations

from encodings import normalize_encoding
from encodings.aliases import aliases

# The standard encodings without those that are no superset of ASCII (EBCDIC, UTF-16, UTF-32):
# https://docs.python.org/3/library/codecs.html#standard-encodings
_CODE_PAGES = (
    *(437, 720, 737, 775, 850, 852, 855, 856, 857, 858, 860, 861, 862, 863, 864, 865, 866, 869, 874, 932, 949, 950),
    *(1006, 1125, 1250, 1251, 1252, 1253, 1254, 1255, 1256, 1257, 1258),
)
_ENCODINGS = frozenset(
    {
        *("ascii", "latin_1", "utf_7", "utf_8", "utf_8_sig"),
        *(f"cp{number}" for number in _CODE_PAGES),
        *(f"iso8859_{number}" for number in range(1, 17)),
        *("big5", "big5hkscs", "gb18030", "gb2312", "gbk", "hz"),
        *("euc_jis_2004", "euc_jisx0213", "euc_jp", "euc_kr", "johab"),
        *("iso2022_jp", "iso2022_jp_1", "iso2022_jp_2", "iso2022_jp_2004", "iso2022_jp_3", "iso2022_jp_ext"),
        *("iso2022_kr", "shift_jis", "shift_jis_2004", "shift_jisx0213"),
        *("hp_roman8", "koi8_r", "koi8_t", "koi8_u", "kz1048", "ptcp154", "tis_620"),
        *("mac_arabic", "mac_croatian", "mac_cyrillic", "mac_farsi", "mac_greek", "mac_iceland", "mac_latin2"),
        *("mac_roman", "mac_romanian", "mac_turkish"),
    }
)


def is_source_encoding(name: str) -> bool:
    """Whether a name, or an alias of Python's, is that of an encoding of source text."""
    normalised = normalize_encoding(name).lower()
    module = aliases.get(normalised) or aliases.get(normalised.replace(".", "_")) or normalised
    return module in _ENCODINGS
