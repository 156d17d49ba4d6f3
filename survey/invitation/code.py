"""Access codes as printed under a QR code: short, upper-case safe, no look-alike letters, one check character.

The alphabet leaves out 0 O, 1 I L, 2 Z, 5 S, 8 B and U V, which people confuse when they read or hear a code.
"""

import secrets
import unicodedata

ALPHABET = "34679ACDEFGHJKMNPQRTWXY"  # 23 signs: a prime number, so that the weighted sum finds every swap
BODY_LENGTH = 8
_VALUE = {sign: value for value, sign in enumerate(ALPHABET)}


def check_sign(body: str) -> str:
    """The check character: weighted sum modulo 23, finds every single wrong sign and every swap of two signs.

    >>> check_sign("34679ACD")
    'J'
    """
    total = sum((position + 2) * _VALUE[sign] for position, sign in enumerate(body))
    return ALPHABET[total % len(ALPHABET)]


def make_code() -> str:
    """A new random code of nine signs: 23^8 ≈ 78 billion bodies, not guessable in a wave's life."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(BODY_LENGTH))
    return body + check_sign(body)


def normalise(typed: str) -> str:
    """What a person typed or was read, as it is stored: upper case, half width, letters and digits only.

    A whole address stands for the code at its end.

    >>> normalise("346 79a-cde"), normalise("３４６，７９Ａ，ＣＤＥ。"), normalise("https://minyi.example/q/34679ACDE")
    ('34679ACDE', '34679ACDE', '34679ACDE')
    """
    text = unicodedata.normalize("NFKC", typed).upper().rstrip("/").rpartition("/Q/")[2]
    return "".join(sign for sign in text if sign.isalnum())


def is_well_formed(code: str) -> bool:
    """Whether a normalised code can exist at all: length, alphabet and check character."""
    return len(code) == BODY_LENGTH + 1 and all(sign in _VALUE for sign in code) and check_sign(code[:-1]) == code[-1]


def spaced(code: str) -> str:
    """The code in groups of three, as it is printed.

    >>> spaced("34679ACDE")
    '346 79A CDE'
    """
    return " ".join(code[start : start + 3] for start in range(0, len(code), 3))


def answer_address(base: str, code: str) -> str:
    """What a QR code holds: the address at which the code is answered.

    >>> answer_address("https://minyi.example", "34679ACDE")
    'https://minyi.example/q/34679ACDE'
    """
    return f"{base.rstrip('/')}/q/{code}"
