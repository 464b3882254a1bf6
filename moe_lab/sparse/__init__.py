"""The public names of `moe_lab.sparse`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    as_routing choice evolution experts magnitude masks storage tickets"""
_NAMES: dict[str, str] = {
    "as_routing": """
        input_routing""",
    "choice": """
        STORAGES break_even fastest masked measured_line sparse_linear stored""",
    "evolution": """
        EVOLUTIONS EvolutionRule Exchange Scores SparseWeight at_random by_gradient by_magnitude by_sign
        check_zeta dense_gradients evolve exchange gradient_of learning_weights rewire sparse_weights
        strongest weakest""",
    "experts": """
        ExpertMatrix PLACES SparseExperts SparseFormula SparseStack StackPlaces check_stack_masks
        sparse_affine sparse_experts stack_places""",
    "magnitude": """
        Masks PRUNINGS check_pruning full_masks mask_overlap named_weights pruned_by_layer pruned_globally
        shuffled_across_layers shuffled_in_layers""",
    "masks": """
        DENSITIES KeepsConnections Masked Shapes TellsMasks check_density check_shapes check_unshared
        density_of erdos_renyi erk largest masked_weights masks_of n_connections put_masks random_mask
        random_masks shared_out uniform weight_of weight_shapes""",
    "storage": """
        Compressed ConnectedProduct Connections InPlaces Places SparseLinear SparseProduct SparseStore
        check_mask compressed connections matrix result_type sparse_rows stored_linear transposed_order""",
    "tickets": """
        MASK Prune Ticket group_masks importance plain_names pruned_for_now put_snapshot snapshot sparsities""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
