"""Kernels and scripts in copies of a process that has loaded the libraries: they begin at once, not after five seconds.

The libraries are those of `tests/notebooks.py`; the package itself is loaded by who needs it. Copied is a process of
one thread, not that of the tests, whose threads hold locks.
"""

import os
import runpy
import sys
from contextlib import suppress
from multiprocessing import get_context

from jupyter_client import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner
from notebooks import LOADED

LIBRARIES = [*LOADED, "ipykernel.ipkernel", "ipykernel.kernelapp", "matplotlib_inline.backend_inline"]


def copy_of(target, *what):
    "A process that is a copy, and calls."
    context = get_context("forkserver")
    context.set_forkserver_preload(LIBRARIES)
    process = context.Process(target=target, args=what)
    process.start()
    return process


def run_as_program(script: str, options: tuple[str, ...]):
    "In the process that calls it."
    sys.argv = [script, *options]
    runpy.run_path(script, run_name="__main__")


def exit_code(script: str, *options: str) -> int:
    "With what a script ended in a copy; minus the signal that killed it."
    process = copy_of(run_as_program, script, options)
    process.join()
    return process.exitcode


def serve(options: list[str], folder: str, environment: dict[str, str]):
    "A kernel, in the process that calls it."
    from ipykernel.kernelapp import launch_new_instance

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
