"""Verbs: what a person can do, one file each. An action owns its transaction and knows no Flask.

`Storage` is named here because callers hand it to every action; they reach nothing else of the storage.
"""

from survey.storage import Storage, StorageUnavailableError

__all__ = ["Storage", "StorageUnavailableError"]
