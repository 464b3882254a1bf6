"""The public names of `moe_lab.data.vision`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    ["decoding", "loading", "photographs"],
    {
        "decoding": [
            "chosen_rows",
            "decode",
            "decode_sets",
            "drop_equal_channels",
            "held_out_split",
            "hold_out",
            "image_columns",
            "kinds",
            "labels",
            "number_values",
            "pictures",
            "read_classes",
            "rgb_array",
            "stack_images",
        ],
        "loading": [
            "IMAGE_SETS",
            "digit_images",
            "image_settings",
            "load_digit_images",
            "load_images",
            "read_folder",
            "read_hub",
        ],
        "photographs": [
            "PHOTOGRAPHS",
            "PHOTOGRAPH_KINDS",
            "cut",
            "held_out_pixel_rows",
            "load_photographs",
            "patches",
            "photograph",
            "photograph_patches",
            "photograph_path",
            "photograph_settings",
            "tops",
        ],
    },
)
