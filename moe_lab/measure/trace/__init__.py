"""The public names of `moe_lab.measure.trace`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    ["trace", "writer"],
    {
        "trace": [
            "SavedTrace",
            "Trace",
            "TraceFolder",
            "TraceRows",
            "batches_of",
            "check_same_length",
            "choice_table",
            "covers",
            "fill",
            "join",
            "map_rows",
            "new_trace",
            "new_writer",
            "read_description",
            "record",
            "rescue",
            "visits_of",
        ],
        "writer": [
            "KeptTokens",
            "LISTS",
            "LayerNumbers",
            "Places",
            "RowStream",
            "Sequences",
            "Writer",
            "as_numpy",
            "by_token",
            "check_ids",
            "choice_columns",
            "dropped_column",
            "list_column",
            "places_of",
            "trace_schema",
            "write_description",
        ],
    },
)
