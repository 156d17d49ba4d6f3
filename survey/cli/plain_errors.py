"""What a person at the command line did wrong becomes plain lines and exit code 1, never a traceback."""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import click

from survey.actions import StorageUnavailableError

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def plain_errors(command: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Domain errors are ValueErrors whose message names the thing, what was expected and what was found."""

    @functools.wraps(command)
    def run(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        try:
            return command(*args, **kwargs)
        except (ValueError, OSError, StorageUnavailableError) as error:
            raise click.ClickException(str(error)) from error

    return run
