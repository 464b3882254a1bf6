"""The public names of `moe_lab.data.language`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    alike collection corpus documents loading passages records tables tokens"""
_NAMES: dict[str, str] = {
    "alike": """
        ALIKE ENOUGH MANY N_NUMBERS N_WORDS ROOM hashed_phrases hold_out_documents in_common n_held_out
        near_duplicates phrases sides""",
    "collection": """
        DOMAIN_COLUMNS MOST_DOMAINS Part Places Reading TextOf check_columns documents_of domain_values drawn
        folder_parts guessed_note in_pieces is_obvious label_of named_values part_of parted place_of places""",
    "corpus": """
        Documents EDITION KEPT MOST_WAITING PARTS TextSplits alone_with both_parts cached_tables deduplicated
        digest distinct_documents domain_tables essence few_held_out joined joined_domains watched""",
    "documents": """
        ASIDE EMBEDDED Source dialogue docstrings in_random_order installed licences package_folder parsed
        reference scripture source_code""",
    "loading": """
        ALIASES CUTS LEAST TextReader articles check_use cut_into_documents has_card hub_parts load_text
        of_split read_embedded read_text_folder read_text_hub reader_of readers scenes sets_of stream_text
        streamed_parts streamed_sets""",
    "passages": """
        BLOCK CHARACTER Encoding GUESSES LINE LONGEST MARKS PARAGRAPH PASSAGE Passages SPACE check_encoding
        cuts decodes encoding_of guessed in_single_bytes is_binary is_nearly_utf8 marked next_cut without_mark""",
    "records": """
        CHATS READERS SAID SPEAKERS TEXTS calls joined_columns no_text_in plain reader_for said said_by
        without_nothing""",
    "tables": """
        COMPRESSED LINES Listed MOST_LINES Records Rows as_row csv_lines csv_row fields is_whole json_file
        json_lines json_row json_table large_fields quoted_lines rows_of stored_table stretches table_encoding""",
    "tokens": """
        END MOST_TOKENS ROW_PARTS TokenRow TokenSet byte_codes byte_pairs content encoded learn_byte_pairs
        pack_documents packed_rows readable rows_with token_row train_tokenizer vocabulary""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
