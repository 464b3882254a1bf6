"""The public names of `moe_lab.sparse`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    ["masks", "storage"],
    {
        "masks": [
            "DENSITIES",
            "Masked",
            "Shapes",
            "TellsMasks",
            "check_density",
            "check_shapes",
            "density_of",
            "erdos_renyi",
            "erk",
            "largest",
            "masked_weights",
            "masks_of",
            "n_connections",
            "put_masks",
            "random_mask",
            "random_masks",
            "shared_out",
            "uniform",
            "weight_of",
            "weight_shapes",
        ],
        "storage": [
            "Compressed",
            "SparseLinear",
            "SparseProduct",
            "SparseStore",
            "acquainted",
            "check_mask",
            "compressed",
            "matrix",
            "transposed_order",
        ],
    },
)
