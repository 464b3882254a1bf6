"""The public names of `moe_lab.native`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    code finite loops places product reach rows silu softmax units"""
_NAMES: dict[str, str] = {
    "code": """
        ELSEWHERE EVERY_LOOP MAKE Native assembly begin_making code_path engine_of loaded machine_code made_by
        make native processor_features target_machine teach_numba""",
    "finite": """
        is_finite""",
    "loops": """
        INFINITE LOOPS Loop TAKEN best_of_rows choose sort_blocks""",
    "places": """
        LEAST PLACE_LOOPS keep_places look_for_broken put_places take_places""",
    "product.blocks": """
        DEPTH Factor Job MAKING ROWS SHARED made_work multiplies_blocks multiply_blocks product_code
        product_path team work write_item write_stretches write_tiling write_work""",
    "product.tiles": """
        Shape tile_shape turned write_strip write_tile write_tiles""",
    "product.writer": """
        Turn Writer address call_one either first_lanes fused known least load loop parts_of plus share_of
        spread store""",
    "reach": """
        is_addressable is_plain""",
    "rows": """
        ROW_LOOPS add_rows are_blocks copy_rows repeat_blocks send_back sum_blocks sum_rows""",
    "silu": """
        WHOLE gated gated_back gated_back_by_code gated_by_code gated_there gates_from goes_by_code
        is_same_to_the_bit""",
    "softmax": """
        SoftmaxAt back_by_formula can_take_places sent_to_places softmax_at softmax_table taken""",
    "units": """
        FIFTH FIRST FOURTH GATE_LOOPS INFINITY LN2 LN2_REST NOTHING ONE PER_LN2 SECOND SIXTH THIRD exponential
        gate_units gates_back of_bits""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
