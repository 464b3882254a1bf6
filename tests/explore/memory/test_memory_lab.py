"`MemoryLab` without a browser: every control moves what it says, and what is stored was measured."

import pytest
import torch
from explore.test_draws import untouched

from moe_lab import MemoryLab
from moe_lab.explore.memory.memory_lab import MEMORY_PRESETS
from moe_lab.explore.memory.recollection import found_again, lesioned, many_recollections, recollect, way_back
from moe_lab.explore.memory.sequence import BEGINNING, MemoryState, text_of, words_of
from moe_lab.explore.memory.trained import LENGTHS, TRAINED, errors, read_stored, read_trained, train_again


@pytest.fixture
def lab():
    made = MemoryLab()
    yield made
    made.close()


def frames(lab) -> list[bytes]:
    return [view.frame for view in (lab.stage.tape, lab.stage.links, lab.stage.modes, lab.stage.load)]


@pytest.mark.parametrize("name", TRAINED)
def test_what_is_stored_is_what_was_measured(name):
    kept = read_trained(name)
    assert kept.settings == TRAINED[name] and not kept.model.training
    assert [*kept.error] == [*LENGTHS]
    assert errors(kept.settings, kept.model) == pytest.approx(kept.error, abs=0.005)


@pytest.mark.slow
def test_a_model_can_be_made_again(tmp_path):
    "On another machine sums are rounded otherwise, and a training ends elsewhere, but it learns to copy."
    again = read_stored(train_again("healthy", tmp_path))
    assert again.settings == TRAINED["healthy"] and again.error[8] < 0.01


def test_text_and_words():
    every = "".join(chr(code) for code in range(256))
    assert words_of(every).shape == (256, 8) and words_of(every).unique(dim=0).shape == (256, 8)
    assert text_of(words_of("A memory, ½ full")) == "A memory, ½ full"


def test_every_control_moves_what_it_says(lab):
    for name, value in {
        "text": "another",
        "shuffle": 4,
        "lesion": 2,
        "since": BEGINNING,
        "model": "small",
    }.items():
        before = frames(lab)
        lab.knobs[name].value = value
        assert frames(lab) != before, name
        assert f"{name}=" in lab.state_line.value
    kept, line = frames(lab), lab.state_line.value
    again = MemoryLab(line)
    assert frames(again) == kept and again.state == lab.state
    again.close()


def test_it_moves_nobodys_dice(lab):
    with untouched():
        lab.knobs["text"].value, lab.knobs["shuffle"].value = "dice", 7
        lab.knobs["lesion"].value = 1


def test_presets_show_what_they_say(lab):
    seen = {}
    for name, preset in MEMORY_PRESETS.items():
        lab.buttons[name].click()
        assert lab.state == preset.state and preset.shows in lab.news.value
        seen[name] = lab.seen
    assert seen["remembers"].wrong.sum() == 0 and seen["a word twice"].wrong.sum() == 0
    twice = seen["a word twice"].write[:9].argmax(-1)
    assert len(set(twice.tolist())) == 9  # a slot for each, though every word comes three times
    assert (seen["a lesion"].wrong > 0).sum() >= 2 and seen["a lesion from birth"].wrong.sum() == 0
    assert (seen["too small"].wrong > 0).sum() > 3


def test_the_way_back_leads_to_the_word_itself(lab):
    back, ahead = way_back(lab.seen)[:, 0].tolist(), found_again(lab.seen)[1]
    ways = back[1 - ahead :][: lab.seen.length]
    assert sum(step == word for word, step in enumerate(ways)) >= len(ways) - 1


def test_a_lesion_is_exactly_the_missing_column():
    model = read_trained("healthy").model
    usual = recollect(model, "lesion")
    slot = int(usual.write[2].argmax())
    without, never = recollect(model, "lesion", slot), recollect(model, "lesion", slot, BEGINNING)
    assert (without.read[6:, :, slot] == 0).all() and (never.read[..., slot] == 0).all()
    assert torch.equal(without.write[:6], usual.write[:6]) and torch.equal(without.read[:6], usual.read[:6])
    assert without.wrong[2] > 0 == without.wrong[0]
    assert model.memory.reads.router.k == 1 and recollect(model, "lesion").said == usual.said
    with pytest.raises(ValueError, match="expert=16"), lesioned(model, 16):
        pass
    assert model.memory.reads.router.k == 1


def test_a_small_memory_is_used_in_full_and_knows_little():
    small = many_recollections("small", 8)
    assert (small.reads.load.counts > 0).sum() >= 7 and small.error > 0.05


def test_a_line_that_cannot_be_is_answered(lab):
    before = frames(lab)
    lab.state_line.value = "memory?lesion=99"
    assert "from -1 to 15" in lab.answer.value and frames(lab) == before
    lab.knobs["text"].value = ""
    assert "needs 1 to 16 characters" in lab.answer.value and lab.state == MemoryState()
