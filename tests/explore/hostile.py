"Names and texts that somebody wrote to break a page, and recordings that are full of them."

import numpy as np
import pandas as pd

from moe_lab.explore.tokens.routed import Routed, Seen, load_by_step

RUN = "window.ran = (window.ran || 0) + 1"
HOSTILE = (
    f"<img src=x onerror='{RUN}'>",
    f'"><script>{RUN}</script>',
    f"</script><script>{RUN}</script>",
    f"' onmouseover='{RUN}",
    f"</code></button><svg onload='{RUN}'>",
    f'<iframe srcdoc="<script>parent.{RUN}</script>"></iframe>',
    "&lt;b&gt; & &amp; \"quoted\" 'single'",
    "right\u202eto left\u2066",
    "bell\x07 null\x00 escape\x1b[31m",
    r"costs $5, $\frac{$ and \unknown{",
    "_hidden",
    "long" * 500,
)


def hostile_layer(layer: str = HOSTILE[0], n_experts: int = 3) -> Seen:
    "A layer in which every word, every domain and its own name are hostile."
    rng, n = np.random.default_rng(0), len(HOSTILE)
    sequence, position = np.divmod(np.arange(n * 20), 20)
    frame = pd.DataFrame({"step": 0, "sequence": sequence, "position": position})
    frame = frame.assign(token=rng.permutation(len(frame)) % n, row=np.arange(len(frame)))
    frame = frame.assign(expert=rng.integers(n_experts, size=len(frame)), rank=0, weight=1.0)
    load, domain = load_by_step(frame, n_experts), np.arange(n)
    return Seen(Routed(frame, n_experts, HOSTILE, domain, HOSTILE, load, layer), rng.normal(size=(n * 20, 8)))
