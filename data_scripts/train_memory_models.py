"""Train the small computers with a memory that come with the package, and keep their weights beside what reads them.

usage: python data_scripts/train_memory_models.py [NAME …]   (default: all; about a minute each)
"""

import sys

from moe_lab.explore.memory.trained import TRAINED, read_stored, train_again

if __name__ == "__main__":
    for name in sys.argv[1:] or TRAINED:
        path = train_again(name)
        print(f"{path.name}: " + ", ".join(f"{n}: {e:.4f}" for n, e in read_stored(path).error.items()))
