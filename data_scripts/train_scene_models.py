"""Train the small segmenters that come with the package, and keep their weights beside the module that reads them.

usage: python data_scripts/train_scene_models.py [NAME …]   (default: all; most of a minute each)
"""

import sys

from moe_lab.explore.scene.trained import TRAINED, read_stored, train_again

if __name__ == "__main__":
    for name in sys.argv[1:] or TRAINED:
        path = train_again(name)
        print(f"{path.name}: " + ", ".join(f"{s:g}: {v:.3f}" for s, v in read_stored(path).iou.items()))
