"""The public names of `moe_lab.models.segmentation`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    backbones dense eyes mask_losses segmenter"""
_NAMES: dict[str, str] = {
    "backbones": """
        CHANNELS SmallBackbone TimmBackbone check_pixels make_backbone stage timm_features""",
    "dense": """
        equal_compute equal_parameters held_weights mean_multiply_adds multiply_adds""",
    "eyes": """
        Contrast EXPERT_KINDS EYES Edge FilterBank Frequency Kinds LAPLACIAN PLAIN_KINDS Plain SOBEL Texture
        gabor local_mean rings""",
    "mask_losses": """
        MASK_LOSSES MaskLoss check_masks dice_loss outline_weight register_mask_loss structure_loss""",
    "segmenter": """
        MergingDecoder Segmenter expert_layer""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
