"""Kernels and scripts in copies of a process that has loaded the libraries: they begin at once, not after five seconds.

The libraries are those of `tests/notebooks.py`, and all modules of the package are there, too. Copied is a process of
one thread, not that of the tests, whose threads hold locks.
"""

import os
import runpy
import socket
import sys
from contextlib import nullcontext, suppress
from multiprocessing import get_context
from pathlib import Path

import kernels.garbage
from jupyter_client import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner
from notebooks import LOADED, draw_as_it_is

import moe_lab

LIBRARIES = [
    "kernels.garbage",
    *LOADED,
    "ipykernel.ipkernel",
    "ipykernel.kernelapp",
    "matplotlib_inline.backend_inline",
]
PACKAGE = Path(moe_lab.__file__).parent
MODULES = [
    ".".join(module.relative_to(PACKAGE.parent).with_suffix("").parts)
    for module in sorted(PACKAGE.rglob("*.py"))
    if module.stem != "__init__"
]


def copy_of(target, *what):
    "A process that is a copy, and calls."
    context = get_context("forkserver")
    context.set_forkserver_preload([*LIBRARIES, *MODULES])
    process = context.Process(target=target, args=what)
    process.start()
    return process


def run_as_program(script: str, options: tuple[str, ...], out: str | None, environment: dict[str, str]):
    "In the process that calls it; what it prints goes to a file, if there is one for it."
    kernels.garbage.freeze_for_good()
    os.environ.update(environment)
    sys.argv = [script, *options]
    with open(out, "w") if out else nullcontext(sys.stdout) as sys.stdout:
        runpy.run_path(script, run_name="__main__")


def program(script: str, *options: object, out: Path | None = None, **environment: object):
    "A script that runs in a copy."
    said = {name: str(value) for name, value in environment.items()}
    return copy_of(run_as_program, script, tuple(map(str, options)), out and str(out), said)


def exit_code(script: str, *options: object, out: Path | None = None) -> int:
    "With what a script ended in a copy; minus the signal that killed it."
    process = program(script, *options, out=out)
    process.join()
    return process.exitcode


def exit_codes_of_processes(script: str, *options: object, n: int) -> list[int]:
    "With what a script ended in `n` copies at once, each of which is told what `accelerate launch` would tell it."
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        alike = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": free.getsockname()[1], "WORLD_SIZE": n}
    alike |= {"GLOO_SOCKET_IFNAME": "lo", "LOCAL_WORLD_SIZE": n}
    started = [program(script, *options, **alike, RANK=rank, LOCAL_RANK=rank) for rank in range(n)]
    for process in started:
        process.join(400)
    return [process.exitcode for process in started]


def serve(options: list[str], folder: str, environment: dict[str, str]):
    "A kernel, in the process that calls it."
    kernels.garbage.freeze_for_good()
    from ipykernel.kernelapp import launch_new_instance

    draw_as_it_is()
    os.environ.update(environment, JPY_PARENT_PID=str(os.getppid()))  # it ends when what it is a copy of ends
    os.chdir(folder)
    sys.path.insert(0, folder)
    launch_new_instance(options)


class Copied:
    "A process that was copied, as a provisioner of kernels asks one that was started."

    stdout = stderr = stdin = None

    def __init__(self, *what):
        self.process = copy_of(serve, *what)
        self.pid = self.process.pid

    def poll(self) -> int | None:
        return self.process.exitcode

    def wait(self) -> int:
        self.process.join()
        return self.process.exitcode

    def send_signal(self, number: int):
        with suppress(ProcessLookupError):  # it has ended
            os.kill(self.pid, number)


class CopyProvisioner(LocalProvisioner):
    "Copies in place of starting."

    async def launch_kernel(self, cmd: list[str], env: dict[str, str], cwd: str = ".", **_):
        self.process = Copied(cmd[cmd.index("ipykernel_launcher") + 1 :], cwd, env)
        self.pid, self.cwd = self.process.pid, cwd
        return self.connection_info


class CopyManager(AsyncKernelManager):
    "For a `NotebookClient`, as its `kernel_manager_class`."

    def __init__(self, **settings):
        super().__init__(**settings)
        self.provisioner = CopyProvisioner(kernel_id="copy", kernel_spec=self.kernel_spec, parent=self)
