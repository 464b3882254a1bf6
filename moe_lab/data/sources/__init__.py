"""The public names of `moe_lab.data.sources`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    files hub"""
_NAMES: dict[str, str] = {
    "files": """
        ABOUT LeftOut Placed SPLITS SYSTEM_FILES TABLES fingerprint held_out_split is_about is_visible placed
        split_of visible_files""",
    "hub": """
        HUB_NAME UNFINISHED check_beside configuration_folder configurations data_folders folder_named
        load_folder load_hub mirror no_programs out_of_reach readable unknown_name""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
