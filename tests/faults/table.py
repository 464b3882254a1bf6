"""One row of the table of bad input: what somebody gives by mistake, and what they must be told.

A file beside this one, or in a folder beside it, holds the rows of a part of the kit, `ROWS`; `test_table.py` runs them all.
"""

import io
import signal
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import moe_lab

PACKAGE = Path(moe_lab.__file__).parent
MOST_SECONDS = 60  # nothing that is refused takes as long: after that it hangs


@dataclass(frozen=True)
class Bad:
    "A mistake, and what its error must say."

    name: str  # the mistake in words, one row's own
    call: Callable[[], object]  # makes it
    says: tuple[str, ...]  # stands in the message: the argument, its value, what would be right
    error: type[Exception] = ValueError


class Refused(ValueError):
    "A command that ended with a sentence for its reader."


class Hung(BaseException):
    "A call that did not come back; nothing in the kit catches it."


@contextmanager
def time_limit(seconds: int) -> Iterator[None]:
    "`Hung` in the main thread when the block takes longer."

    def hang(*_):
        raise Hung(f"did not come back within {seconds} seconds")

    before = signal.signal(signal.SIGALRM, hang)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def command(*arguments: object) -> None:
    "`moe-lab` with these words, in this process; `Refused` with what it printed, if it does not end well."
    from moe_lab.cli import main

    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()) as said:
        try:
            status = main([str(word) for word in arguments])
        except SystemExit as end:
            status = end.code
    if status:
        raise Refused(said.getvalue() if isinstance(status, int) else str(status))


def error_of(row: Bad) -> Exception:
    "What a row's call raises; fails when it raises nothing, hangs, or raises a raw error of torch or Python."
    try:
        with time_limit(MOST_SECONDS):
            found = row.call()
    except Hung as hung:
        raise AssertionError(f"{row.name}: {hung}") from None
    except Exception as error:
        return error
    raise AssertionError(f"{row.name}: silently taken, and gave {found!r:.200}")


def check(row: Bad) -> None:
    "The row's error is the kit's own and says what it must."
    error = error_of(row)
    message = str(error)
    assert isinstance(error, row.error), (
        f"{row.name}: {type(error).__name__} instead of {row.error.__name__}: {message}"
    )
    missing = [part for part in row.says if part not in message]
    assert not missing, f"{row.name}: {missing} not in {message!r}"
    if isinstance(error, Refused):
        said = [
            line for line in message.replace("\r", "\n").splitlines() if line.strip() and "%|" not in line
        ]
        assert len(said) == 1 and said[0].startswith("moe-lab: "), f"{row.name}: not one sentence: {said}"
        assert "Traceback" not in message and "__" not in message, message
    else:
        last = Path(traceback.extract_tb(error.__traceback__)[-1].filename)
        assert PACKAGE in last.parents, f"{row.name}: raised in {last}, not by the kit: {message}"
