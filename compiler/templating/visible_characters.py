"""Characters beyond ASCII that are written unescaped."""

from typing import Final

VISIBLE: Final = (
    "\u00a1-\u00ac\u00ae-\u05ff\u0606-\u061b\u061d-\u06dc\u06de-\u070e\u0710-\u088f\u0892-\u08e1\u08e3-\u167f\u1681-\u180d"
    "\u180f-\u1fff\u2010-\u2027\u2030-\u205e\u2070-\u2fff\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufdff\ufe30-\ufefe\uff01-\uffef"
    "\U00010000-\U000110bc\U0001b000-\U0001bc9f\U0001f000-\U0001faff\U00020000-\U0003fffd"
)
"""Visible characters beyond ASCII: no spaces, direction marks, controls, surrogates or private use. The list is fixed, because
Python's tables change between versions and the output must not.
"""
