"""The public names of `moe_lab.data.vision`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    ["decoding", "loading", "photographs", "pictures"],
    {
        "decoding": [
            "LABEL_COLUMNS",
            "NO_LABEL",
            "chosen_rows",
            "decode_sets",
            "drop_equal_channels",
            "fair_order",
            "hold_out",
            "image_columns",
            "kinds",
            "labels",
            "number_values",
            "read_classes",
            "two_sets",
        ],
        "loading": [
            "EDITION",
            "IMAGE_SETS",
            "LARGEST",
            "classes_of",
            "digit_images",
            "image_settings",
            "load_digit_images",
            "load_images",
            "picture_folder",
            "read_folder",
            "read_hub",
            "stored_sets",
            "without_pictures",
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
        "pictures": ["arrays", "decode", "in_eight_bits", "rgb_array", "scale_of", "stacked"],
    },
)
