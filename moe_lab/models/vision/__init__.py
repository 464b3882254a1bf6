"""The public names of `moe_lab.models.vision`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    autoencoder classifier mlp vit"""
_NAMES: dict[str, str] = {
    "autoencoder": """
        Decoder Encoder MoEAutoencoder check_images fold side_after unfold""",
    "classifier": """
        MoEClassifier cut_into_patches patch_context patch_ids""",
    "mlp": """
        linear_shapes""",
    "vit": """
        Feed Heads SelfAttention VIT_SHAPES ViT ViTBlock ViTShape component_weights""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
