"""The public names of `moe_lab.data.vision`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    decoding faces glyphs loading photographs pictures"""
_NAMES: dict[str, str] = {
    "decoding": """
        KIND_COLUMNS LABEL_COLUMNS NO_LABEL chosen_rows classes_of_kinds decode_sets drop_equal_channels
        fair_order hold_out image_columns kinds labels number_values read_classes row_kinds two_sets""",
    "faces": """
        FAMILIES SIDE coverage font_files ink looks_of opened_font script_of scripts unlike""",
    "glyphs": """
        COPIES FILLS SHIFT SLANT STRETCH TURN bent drawings glyph_set is_held_out load_glyphs""",
    "loading": """
        EDITION IMAGE_SETS LARGEST PARTS alphabet_folder classes_of digit_images image_settings lettered
        load_digit_images load_images picture_folder read_folder read_hub stored_sets without_pictures""",
    "photographs": """
        PHOTOGRAPHS PHOTOGRAPH_KINDS cut held_out_pixel_rows load_photographs patches photograph
        photograph_patches photograph_path photograph_settings strips tops""",
    "pictures": """
        arrays decode in_eight_bits rgb_array scale_of stacked""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
