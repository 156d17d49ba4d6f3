"""Proof of work: the sender's device computes for about a second, so that thousands of answers cost somebody something.

Challenge and check are ALTCHA's (PBKDF2). The challenge is tied to the response's id, which is stored once: a solution
serves for one answer, and nothing about challenges has to be kept. Step 3; no puzzle for people, no outside service.
"""

from typing import Any

from altcha import create_challenge, verify_solution
from altcha.v2 import Payload

FIELD = "proof-of-work"  # of the form; no item can be named so
_ALGORITHM, _COST = "PBKDF2/SHA-256", 1000  # 256 keys of 1,000 rounds on average
_LONGEST = 4000


def make_challenge(key: str, response_id: str) -> dict[str, Any]:
    """What the device gets: signed with `key`, only for this response."""
    made = create_challenge(algorithm=_ALGORITHM, cost=_COST, data={"response": response_id}, hmac_secret=_secret(key))
    return dict(made.to_dict())


def is_proof(key: str, response_id: str, solution: str) -> bool:
    """Whether `solution` (base64 of challenge and solution) solves a challenge of ours that was made for this response.

    >>> is_proof("key", "a response", "no solution")
    False
    """
    if not 0 < len(solution) <= _LONGEST:
        return False
    try:
        payload = Payload.from_base64(solution)
        parameters = payload.challenge.parameters
        ours = parameters.data == {"response": response_id} and parameters.cost == _COST
        return ours and verify_solution(payload, _secret(key)).verified
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return False  # made by hand, or cut on the way


def _secret(key: str) -> str:
    return f"proof of work|{key}"
