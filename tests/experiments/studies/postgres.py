"A PostgreSQL of our own: made in an empty folder, reached by a free port, gone at the end."

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

USERS = "postgres", "nobody"  # of whom one runs it where we are root, which it refuses to be run by


def program(name: str) -> str | None:
    "Where a program of PostgreSQL is: on the path, or where Debian keeps its versions."
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(versions[-1]) if versions else None)


def missing() -> str:
    "Why there can be no server here; empty where there can."
    if not all(map(program, ("initdb", "postgres"))):
        return "there is no PostgreSQL; on Debian and Ubuntu: apt install postgresql"
    if os.getuid() == 0 and not (shutil.which("runuser") and user()):
        return f"PostgreSQL does not run as root, and none of {', '.join(USERS)} is here to run it"
    return ""


def user() -> str:
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in USERS if name in known), "")


def as_user(*words: str) -> list[str]:
    "A command as whoever may run a server."
    return ["runuser", "-u", user(), "--", *words] if os.getuid() == 0 else [*words]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@contextmanager
def server() -> Iterator[str]:
    "The address of a database, while the server runs."
    with tempfile.TemporaryDirectory(prefix="moe-lab-postgres-") as home:
        if os.getuid() == 0:
            shutil.chown(home, user())
        data, port = f"{home}/data", free_port()
        made = [program("initdb"), "-D", data, "-U", "lab", "--auth=trust", "--no-sync"]
        subprocess.run(as_user(*made), check=True, capture_output=True, cwd=home)
        asked = [
            "-D",
            data,
            "-p",
            str(port),
            "-k",
            home,
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "fsync=off",
        ]
        running = subprocess.Popen(
            as_user(program("postgres"), *asked), cwd=home, stderr=subprocess.PIPE, text=True
        )
        try:
            while "ready to accept connections" not in (line := running.stderr.readline()):
                assert line, f"PostgreSQL ended with {running.wait()}"
            yield f"postgresql://lab@127.0.0.1:{port}/postgres"
        finally:
            running.terminate()
            running.communicate()
