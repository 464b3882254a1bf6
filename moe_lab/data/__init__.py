"""The public names of `moe_lab.data`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    batching cache episodes images language plane scenes sources tasks vision"""
_NAMES: dict[str, str] = {
    "batching": """
        MeanOver batch_index order spread_rows steps_per_epoch stratified_order""",
    "cache": """
        atomic_path cache_key cached checksums image_set read_splits read_tensors save_splits split_fields""",
    "episodes.classes": """
        check_disjoint classes_in groups_of joined_sets split_classes""",
    "episodes.loading": """
        load_classes""",
    "episodes.sampling": """
        ClassTable EpisodeSampler Episodes check_way class_table drawn_classes drawn_rows mixed turned""",
    "images": """
        ImageSet Splits row_index""",
    "language.alike": """
        ALIKE ENOUGH MANY N_NUMBERS N_WORDS ROOM hashed_phrases hold_out_documents in_common n_held_out
        near_duplicates phrases sides""",
    "language.collection": """
        DOMAIN_COLUMNS MOST_DOMAINS Part Places Reading TextOf check_columns documents_of domain_values
        folder_parts guessed_note in_pieces is_obvious label_of named_values part_of parted place_of places""",
    "language.corpus": """
        Documents KEPT MOST_WAITING TextSplits alone_with both_parts cached_tables deduplicated digest
        distinct_documents domain_tables essence few_held_out joined joined_domains watched""",
    "language.documents": """
        ASIDE EMBEDDED Source dialogue docstrings in_random_order installed licences package_folder parsed
        reference scripture source_code""",
    "language.loading": """
        ALIASES CUTS TextReader articles check_use cut_into_documents has_card hub_parts load_text of_split
        read_embedded read_text_folder read_text_hub reader_of readers sets_of stream_text streamed_parts
        streamed_sets""",
    "language.passages": """
        BLOCK CHARACTER Encoding GUESSES LINE LONGEST MARKS PARAGRAPH PASSAGE Passages SPACE check_encoding
        cuts decodes encoding_of guessed in_single_bytes is_binary is_nearly_utf8 marked next_cut without_mark""",
    "language.records": """
        CHATS READERS SAID SPEAKERS TEXTS calls joined_columns no_text_in plain reader_for said said_by
        without_nothing""",
    "language.tables": """
        COMPRESSED LINES Listed MOST_LINES Records Rows as_row csv_lines csv_row fields is_whole json_file
        json_lines json_row json_table large_fields quoted_lines rows_of stored_table stretches table_encoding""",
    "language.tokens": """
        END MOST_TOKENS ROW_PARTS TokenRow TokenSet byte_codes byte_pairs content encoded learn_byte_pairs
        pack_documents packed_rows rows_with token_row train_tokenizer vocabulary""",
    "plane": """
        PATTERNS Pattern PlaneSet blobs checkerboard coins moons plane_points rings spirals""",
    "scenes.augmentation": """
        JointAugmentation check_batch joint_transform""",
    "scenes.composed": """
        FAINT PUSH RATIO STRENGTH apart best_source check_scenes compose composed_scenes deviations
        load_composed matched photograph_scenes planes pushed scene_from surroundings textures windows""",
    "scenes.layout": """
        GREY IMAGES MASKS Pair SOURCES_BY_STEM UNKNOWN brightness decode_pairs is_grey pairs_in scene_array
        scene_set seen_before split_in told_by_stem two_parts""",
    "scenes.loading": """
        IMAGE_COLUMNS MASK_COLUMNS SCENE_SETS field_folder load_scenes pairs_of read_field read_scene_hub
        read_scenes scene_columns""",
    "scenes.masked": """
        SceneSet""",
    "scenes.outlines": """
        AREA Draws SOURCES SPREAD distances outlines side_by_side""",
    "sources.files": """
        ABOUT LeftOut Placed SPLITS SYSTEM_FILES TABLES fingerprint held_out_split is_about is_visible placed
        split_of visible_files""",
    "sources.hub": """
        HUB_NAME UNFINISHED check_beside configuration_folder configurations data_folders folder_named
        load_folder load_hub mirror no_programs out_of_reach unknown_name""",
    "tasks.copying": """
        Copy RepeatCopy laid_out with_flags""",
    "tasks.looking_up": """
        AssociativeRecall PrioritySort""",
    "tasks.task": """
        DrawingTask DrawnTask HELD_OUT TASKS TRAINED Task TaskBatch bit_error register_task""",
    "vision.decoding": """
        KIND_COLUMNS LABEL_COLUMNS NO_LABEL chosen_rows classes_of_kinds decode_sets drop_equal_channels
        fair_order hold_out image_columns kinds labels number_values read_classes row_kinds two_sets""",
    "vision.faces": """
        FAMILIES SIDE coverage font_files ink looks_of opened_font script_of scripts unlike""",
    "vision.glyphs": """
        COPIES FILLS SHIFT SLANT STRETCH TURN bent drawings glyph_set is_held_out load_glyphs""",
    "vision.loading": """
        IMAGE_SETS LARGEST alphabet_folder classes_of digit_images image_settings lettered load_digit_images
        load_images picture_folder read_folder read_hub stored_sets without_pictures""",
    "vision.photographs": """
        PHOTOGRAPHS PHOTOGRAPH_KINDS cut held_out_pixel_rows load_photographs patches photograph
        photograph_patches photograph_path photograph_settings tops""",
    "vision.pictures": """
        arrays decode in_eight_bits rgb_array scale_of stacked""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
