"What another auditor says is read as it was meant, also where it has nothing to say."

import sys
from types import ModuleType, SimpleNamespace

import pytest
import torch

from moe_lab.bench.families.alarms import OTHER, by_moewatch

WARNED = SimpleNamespace(value="WARN")


def report(health: str, dead=(), entropy=None) -> SimpleNamespace:
    "As moewatch 0.1.0 makes one."
    kinds = {"dead_experts": lambda: list(dead), "routing_entropy": lambda: entropy or {}}
    return SimpleNamespace(overall_health=SimpleNamespace(value=health), **kinds)


@pytest.fixture
def auditor(monkeypatch):
    "A module in moewatch's place, whose answer is set by the test."
    module = ModuleType("moewatch")
    module.WatchConfig = SimpleNamespace(silent=lambda: None)
    monkeypatch.setitem(sys.modules, "moewatch", module)

    def answer(with_this):
        def audit(model, batches, *, steps, config, verbose):
            assert steps == len(batches) == 12
            return with_this()

        module.audit = audit
        return by_moewatch(torch.nn.Identity(), [{}] * 12)

    return answer


def test_a_healthy_model_is_no_alarm(auditor):
    low = {"layers.0": SimpleNamespace(alert_level=SimpleNamespace(value="INFO"), entropy_norm=0.9)}
    found = auditor(lambda: report("HEALTHY", entropy=low))
    assert (found.tool, found.said, found.why_not) == (OTHER, (), "")


def test_dead_experts_and_low_entropy_are_alarms_in_their_layer(auditor):
    dead = SimpleNamespace(layer_name="layers.1.mlp.gate", expert_idx=3, state=SimpleNamespace(value="DEAD"))
    low = {"layers.2.mlp.gate": SimpleNamespace(alert_level=WARNED, entropy_norm=0.3)}
    found = auditor(lambda: report("CRITICAL", [dead], low))
    assert found.hits("layers.1.mlp") and found.hits("layers.2.mlp") and not found.hits("layers.0.mlp")
    assert "expert 3 is DEAD" in str(found.said) and "entropy 0.30" in str(found.said)


def test_an_alarm_without_a_place_is_an_alarm(auditor):
    found = auditor(lambda: report("DEGRADING"))
    assert found.said == (("all layers", "DEGRADING"),) and not found.hits("layers.0.mlp")


def test_nothing_heard_and_an_error_are_no_answers(auditor):
    assert "no decision" in auditor(lambda: report("UNKNOWN")).why_not

    def broken():
        raise RuntimeError("no router\nlook elsewhere")

    found = auditor(broken)
    assert found.why_not == "RuntimeError: no router" and not found.said
