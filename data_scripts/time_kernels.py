"""How long a room of readers waits for the server alone: `python data_scripts/time_kernels.py BalanceLab 20`.

The page is served as `make app` serves it. Every reader opens it, gets a kernel of their own, and moves the panel's
first slider over the kernel's websocket with the messages that a browser would send: no browser shares the processor.
Each moves it ten times, one reader alone first, then all at once; what is timed is from the move to the last message
that follows from it. Beside it stands what a move costs: seconds of the processor, bytes, and what that means for all.
"""

import asyncio
import json
import os
import re
import struct
import subprocess
import sys
import uuid
from itertools import pairwise
from time import perf_counter

import numpy as np
import psutil
from tornado.httpclient import AsyncHTTPClient
from tornado.websocket import websocket_connect

PROTOCOL = "v1.kernel.websocket.jupyter.org"
WIDGETS = {"version": "1.0.0"}  # of their protocol: the metadata that the kernel asks for
ROUNDS, PORT = 10, 8899


def packed(channel: str, kind: str, content: dict) -> tuple[str, bytes]:
    "The number of a message and its bytes, as Jupyter's protocol lays them out."
    header = {
        "msg_id": uuid.uuid4().hex,
        "msg_type": kind,
        "session": "room",
        "username": "",
        "version": "5.3",
        "date": "",
    }
    parts = [channel.encode(), *(json.dumps(part).encode() for part in (header, {}, WIDGETS, content))]
    begins = np.cumsum([8 * (len(parts) + 2), *map(len, parts)])
    return header["msg_id"], struct.pack(f"<{len(begins) + 1}Q", len(begins), *begins.tolist()) + b"".join(
        parts
    )


def unpacked(message: bytes) -> list[bytes]:
    "The parts of a message: channel, header, parent, metadata, content, buffers."
    (n,) = struct.unpack_from("<Q", message)
    begins = struct.unpack_from(f"<{n}Q", message, 8)
    return [message[a:b] for a, b in pairwise(begins)]


class Reader:
    "Somebody who has a page open: its kernel, its widgets, and how many bytes came."

    def __init__(self):
        self.bytes, self.models = 0, {}

    async def open(self, address: str):
        "Fetch the page, connect to its kernel, and ask for the widgets there."
        page = await AsyncHTTPClient().fetch(address, request_timeout=600)
        kernel = re.search(r'"kernelId": ?"([^"]+)"', page.body.decode())[1]
        place = address.split("/voila/")[0].replace("http", "ws")
        self.socket = await websocket_connect(
            f"{place}/api/kernels/{kernel}/channels", subprotocols=[PROTOCOL], max_message_size=2**28
        )
        asked = {"comm_id": uuid.uuid4().hex, "target_name": "jupyter.widget.control", "data": {}}
        await self.tell("comm_open", asked)
        states = {"comm_id": asked["comm_id"], "data": {"method": "request_states"}}
        while not self.models:  # a kernel may be there before its panel
            for content in await self.tell("comm_msg", states):
                self.models |= content.get("data", {}).get("states", {})
            await asyncio.sleep(0.5)

    async def tell(self, kind: str, content: dict) -> list[dict]:
        "Send a message; the contents of all that follow from it, once the kernel rests again."
        number, message = packed("shell", kind, content)
        await self.socket.write_message(message, binary=True)
        found = []
        while True:
            came = await self.socket.read_message()
            self.bytes += len(came)
            _, header, parent, _, content, *_ = unpacked(came)
            if json.loads(parent).get("msg_id") != number:
                continue
            found.append(json.loads(content))
            if json.loads(header)["msg_type"] == "status" and found[-1]["execution_state"] == "idle":
                return found

    def slider(self) -> tuple[str, dict]:
        "The number and the state of the first slider that is not the run's or the seed's."
        for number, model in self.models.items():
            state = model["state"]
            if model["model_name"].endswith("SliderModel") and state.get("description") not in (
                "step",
                "seed",
            ):
                return number, state
        raise LookupError(f"no slider among {len(self.models)} widgets")

    async def move(self, i: int) -> float:
        "Move the slider there or back; seconds until all that follows from it has come."
        number, state = self.slider()
        value = state["value"] + (i % 2 == 0) * state.get("step", 1)
        began = perf_counter()
        await self.tell(
            "comm_msg", {"comm_id": number, "data": {"method": "update", "state": {"value": value}}}
        )
        return perf_counter() - began


def spent(programs: list[psutil.Process]) -> float:
    "Seconds of the processor that these have taken so far."
    return sum(sum(program.cpu_times()[:2]) for program in programs)


async def rested(programs: list[psutil.Process]):
    "Wait until they have nothing to do: kernels are begun in advance."
    while True:
        before = spent(programs)
        await asyncio.sleep(2)
        if spent(programs) - before < 0.2:
            return


async def measure(name: str, readers: int, server: psutil.Process):
    "Print what a room waits, and what a move costs."
    address = f"http://127.0.0.1:{PORT}/voila/render/{name}.ipynb"
    room = [Reader() for _ in range(readers)]
    for reader in room:
        await reader.open(address)
    everybody = [server, *server.children(recursive=True)]
    await rested(everybody)
    for group in (room[:1], room):
        taken, cost, before = [], spent(everybody), sum(reader.bytes for reader in group)
        for i in range(ROUNDS):
            taken += await asyncio.gather(*(reader.move(i) for reader in group))
        median, late = np.percentile(taken, [50, 95])
        each = (spent(everybody) - cost) / len(taken)
        size = (sum(reader.bytes for reader in group) - before) / len(taken)
        print(
            f"{len(group):3} at once: median {median:.2f} s, 95th percentile {late:.2f} s, n = {len(taken)}; "
            f"a move: {1000 * each:.0f} ms of the processor, {size / 1000:.0f} kB; all of them at once on "
            f"{os.cpu_count()} cores: at least {readers * each / os.cpu_count():.2f} s"
        )


def main(name: str, readers: int):
    "Serve, wait until the port answers, measure, and end the server."
    command = [sys.executable, "-m", "moe_lab.cli", "app", name, "--port", f"{PORT}", "--ready", "1"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as program:
        try:
            asyncio.run(connected(name, readers, psutil.Process(program.pid)))
        finally:
            program.terminate()


async def connected(name: str, readers: int, server: psutil.Process):
    "Measure once somebody listens."
    while True:
        try:
            await AsyncHTTPClient().fetch(f"http://127.0.0.1:{PORT}/")
            break
        except OSError:
            await asyncio.sleep(0.5)
    await rested([server, *server.children(recursive=True)])
    await measure(name, readers, server)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
