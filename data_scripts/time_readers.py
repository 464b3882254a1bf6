"""How long a room of readers waits: `python data_scripts/time_readers.py http://…/voila/render/BalanceLab.ipynb 20`.

Serve the page with as many waiting kernels first (`moe-lab app BalanceLab --ready 20`). Every reader opens it, then all
move a slider at the same time, ten times over; what is timed is from the key to the state that the kernel sends back.
"""

import asyncio
import sys
from time import perf_counter

import numpy as np
from playwright.async_api import Page, async_playwright

STATE = "() => [...document.querySelectorAll('.moe-lab input[type=text]')].at(-1)?.value ?? ''"
ROUNDS = 10


async def answer(page: Page, key: str) -> float:
    "Seconds from a key on the first slider to another state."
    before = await page.evaluate(STATE)
    began = perf_counter()
    await page.locator(".moe-lab [role=slider], .moe-lab input[type=range]").first.press(key)
    await page.wait_for_function(f"before => ({STATE})() !== before", arg=before, polling=20)
    return perf_counter() - began


async def measure(address: str, readers: int):
    "Print medians and 95th percentiles, for all readers at once and for one alone."
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        pages = []
        for _ in range(readers):
            pages.append(await browser.new_page(viewport={"width": 1280, "height": 800}))
            await pages[-1].goto(address, timeout=300_000)
            await pages[-1].wait_for_function(f"({STATE})().includes('?')", timeout=300_000)
        for group in (pages[:1], pages):
            keys = ("ArrowRight", "ArrowLeft")
            taken = [
                await asyncio.gather(*(answer(page, keys[i % 2]) for page in group)) for i in range(ROUNDS)
            ]
            median, late = np.percentile(taken, [50, 95])
            print(
                f"{len(group):3} at once: median {median:.2f} s, 95th percentile {late:.2f} s, n = {np.size(taken)}"
            )
        await browser.close()


if __name__ == "__main__":
    asyncio.run(measure(sys.argv[1], int(sys.argv[2])))
