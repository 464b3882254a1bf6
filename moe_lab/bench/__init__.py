"""The public names of `moe_lab.bench`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    baselines cases chains cost densities families growth layer_report layer_speed overhead panels routers
    timing tried"""
_NAMES: dict[str, str] = {
    "baselines": """
        ACTS BOTH CONTENDERS Contender FAMILIES OURS RULE SEQUENCE block_by_block block_settings forward
        forward_and_backward in_sequences mixture_of_experts naive_loop ours peer routing_given soft_moe
        st_moe transformers_block two_ways""",
    "cases": """
        BANDS Case EXPERTS LayerSize Shape band layer_of make_case moved_to_logits narrowed skewed_logits""",
    "chains": """
        CHAINS Made PRODUCTS answers bottleneck_chain dense_chain same_weights same_weights_in_blocks
        swiglu_chain then_relu""",
    "cost.limits": """
        COSTS WIDE forecasts limits most of_a_step sizes_of training_bytes""",
    "cost.memory": """
        comings peak_bytes""",
    "cost.prices": """
        NEAR fitted foretold held_out judged""",
    "cost.processes": """
        LAUNCH SHARED exchange_prices exchange_work launched_seconds main measure_processes over_processes
        own_step step_seconds""",
    "cost.report": """
        TOGETHER forecast_figure groups_of growth_report kept_processes measure_all measured_before nearness
        prices_table processes_tables write_rows""",
    "cost.sizes": """
        CHOICES EXPERT_COUNTS TOKENS WIDTHS as_rows drawn_sizes is_light measure_group""",
    "cost.work": """
        BYTES MATRICES counted weights_of""",
    "densities": """
        LAYERS LEVELS Multiplied OPTIMIZERS bytes_of densities_report density_times equal_times line_of
        memory_table speed_ratios training_steps""",
    "families.alarms": """
        ALL Alarm Examined HALF LOADS OTHER STATES TOOLS alarm_of_findings by_moewatch calls_kept count_alarms
        examine_states heard in_parts rate rates rows_of silent verdict_on_alarms""",
    "families.compatibility": """
        GATELESS Heard REMARKS Way as_vectors call_counts compatibility examine go_on hear is_same loses
        outcome padded_texts real_in_calls row_of run_compiled same_logits table_of texts_for""",
    "families.planted": """
        NO_TEXT OF_PARTS balanced collapsed drawn_again evenness gate_matrix given_instead orthonormal
        reading_model whitening""",
    "families.router_answers": """
        Answer Asked BY_HAND Visits answered_visits answers_of best_of choice_of copied gate_difference
        in_order of_doge of_switch router_calls softmax_of_best trace_differences traced_visits""",
    "growth": """
        AXES LETTERS act_by_act differing_fields exponents measure_growth price_of_skew related series_over""",
    "layer_report": """
        as_text bench_layers check_goes_on double_log draw_act earlier_measurements growth_tables left_out
        measure_missing measured_shapes report_name scatter_ratios speed_figure write_layer_report
        write_parquet""",
    "layer_speed": """
        FIELDS KERNELS SHAPES beside_the_rule by_band fastest_of geometric_means measure_shape ratio_tables
        summary""",
    "overhead": """
        BLOCKS drawn_as eight_rounds logged_trainer map_seconds price_rows read_passes read_passes_recorded
        recording_price relative_error router_prices sixteen_bits step_methods step_parts stopwatch ten_clouds
        titled_tables two_products ways_in_16_bits with_stopwatch""",
    "panels": """
        LABS Shown Timed exploration_price price_row sent_to_nobody take_steps time_shown""",
    "routers": """
        NOTE ROUTER_ACTS UNIT act_columns facts flops readable_table relative route route_and_learn
        router_table take_turns timing_columns with_quartiles""",
    "timing": """
        BUILD interleaved load_average machine on_threads processor ratios shuffled_rounds timed torch_build
        under_autocast undisturbed""",
    "tried.across": """
        ACROSS across added_up blocks_at by_dots dots write_across write_dots""",
    "tried.bits": """
        precision""",
    "tried.decisions": """
        ROUTER_SIZES by_torch calls parts searches sorts step_by_step told_sizes""",
    "tried.gradients": """
        Segmented expert_blocks gradients gradients_by_blocks one_stack product_by_blocks""",
    "tried.memory": """
        ALONE Apart KEPT LARGE_PAGES Process are_for_the_asking freed_memory large_pages seconds_alone
        turn_by_turn""",
    "tried.products": """
        FEW batched by_grouped_mm few_rows grouping libraries""",
    "tried.report": """
        time_all""",
    "tried.trials": """
        AT IDEAS Row Sides Trial Trials ratios_of register_idea time_ideas""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
