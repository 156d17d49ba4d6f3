"""Passwords: how long one must be, and its argon2 hash. Nothing here can turn a hash back."""

import unicodedata

from argon2 import PasswordHasher

MINIMUM_LENGTH = 12
MAXIMUM_LENGTH = 128
HASHER = PasswordHasher()  # the library's parameters (RFC 9106, low-memory profile: 64 MiB, 3 passes)


def normalise_password(password: str) -> str:
    """The form in which a password is measured and hashed (NFKD), so that two keyboards agree on one text."""
    return unicodedata.normalize("NFKD", password)


def hash_password(password: str) -> str:
    """The argon2id hash of a password.

    The sign-in library verifies the same string, because its extra keyed hash is turned off for argon2.
    """
    return HASHER.hash(normalise_password(password))


def is_long_enough(password: str) -> bool:
    """Length is the only rule: composition rules make passwords weaker in practice (OWASP ASVS 5.0, 6.2.5).

    >>> is_long_enough("correct horse")
    True
    >>> is_long_enough("Zq9!")
    False
    """
    return MINIMUM_LENGTH <= len(normalise_password(password)) <= MAXIMUM_LENGTH
