"""The public names of `moe_lab.training`; each is loaded when it is first used. Written by tests/sync.py."""

from lazy_loader import attach

_ROOMS = """
    aux_losses callbacks checkpoints evaluation growth metric_table recovery runs schedules sparse stages step
    trainer watch"""
_NAMES: dict[str, str] = {
    "aux_losses": """
        AuxLoss BY_TOKEN Decided Effects FLAT FLAT_STEPS REACHES TELLERS add_aux_losses brought_losses
        check_effect has_choice has_gradient identical_experts in_double is_one_constant is_untaught joined
        joined_notes let_layers_tell pull router_gradient_ratio untaught_reason warn_of_untaught_routers
        where_it_fits""",
    "callbacks": """
        Checkpoints LearningRate MetricsLog ProgressBar aux_loss_rows check_metrics check_order check_position
        check_run end_schedules grow_to_size is_due put_back resume save_trainer step_rows trainer_extra""",
    "checkpoints": """
        CHECKPOINT_PARTS Checkpoint changed_hyperparameters check_memory encode_checkpoint load_checkpoint
        load_model_state load_newest load_optimizer_state model_state pack_tree plain_name rng_state same
        save_checkpoint set_rng_state stored_checkpoints unpack_tree""",
    "evaluation": """
        Evaluation evaluate evaluation_mode load_rows""",
    "growth": """
        Growth even_births keep_optimizer_state reset_optimizer_state""",
    "metric_table": """
        METRIC_COLUMNS MetricRow MetricTable Metrics done_again""",
    "recovery": """
        Memory Moment Raising Recovery Return Returning Watcher check_raising check_recovery checked_loss
        checked_reasons held_out_loss raised""",
    "runs": """
        LATER LIBRARIES Run StoredRun claim commit describe environment later_fields processor run_folder
        settings_differences settings_hash""",
    "schedules": """
        Constant CosineDecay HoldThenDecay Schedule Times Warmup adaptive_coefficient aux_loss_coef
        orthogonality_warmup""",
    "sparse.evolution": """
        Evolution Exchanges dice_of mean_gradients""",
    "stages": """
        Freezer FrozenUntil check_stage learning named_parts parameters_of parts_of set_learning set_training""",
    "step.objective": """
        Objective Ready StepReport TaskAndAuxLosses Telling Told TrainingState Weighed check_ingredients
        check_loss check_optimizer check_untouched hyperparameters loads_of mean_of_all sum_loads""",
    "step.processes": """
        Heard MEETINGS Together Worker accelerator_of check_accelerator check_splits count_rows
        feedback_of_all learns_from_feedback mean_of on_device over_tokens prepared rows_of_process tensors_of
        warn_of_parts""",
    "trainer": """
        Callback FeedbackStepper FitLoop Gradients Mover Stepper Trainer by_name check_sparsity give_back
        gradient_not_finite memories patient_interrupt told_of_fit""",
    "watch.alarms": """
        Alarm HealthAlarm OldAlarm""",
    "watch.clock": """
        Clock""",
    "watch.monitor": """
        FrozenLook HealthMonitor checked_batches health_rows recent_batches remembered_health routed_enough
        same_randomness say_above_bars""",
    "watch.trackers": """
        TensorBoard Tracker Trackio""",
}
__getattr__, __dir__, __all__ = attach(
    __name__, _ROOMS.split(), {module: names.split() for module, names in _NAMES.items()}
)
