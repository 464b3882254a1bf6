"""A live run under threads: pause, step, reset, failure, closing, and one thread per name."""

import threading
import time
import traceback

import pytest

from moe_lab.explore.shared.live import LiveRun

LONG = 30  # seconds until a test that hangs gives up; never a measurement


def threads(name):
    return [t for t in threading.enumerate() if t.name == f"live run: {name}"]


class Seen(list):
    "A list that can be waited for."

    def __init__(self):
        self.changed = threading.Condition()

    def __call__(self, item):
        with self.changed:
            self.append(item)
            self.changed.notify_all()

    def wait_for(self, condition):
        with self.changed:
            assert self.changed.wait_for(lambda: condition(self), LONG), f"waited in vain, saw {self}"


def forever():
    step = 0
    while True:
        yield step
        step += 1


@pytest.fixture
def make(request):
    runs = []

    def make(start=forever, publish=str, report=str, fps=1e9, name=request.node.name):
        run = LiveRun(name, start, publish, report, fps)
        runs.append(run)
        return run

    yield make
    for run in runs:
        run.close()
    assert not threads(request.node.name)


def test_a_fresh_run_shows_its_first_state_and_rests(make):
    seen, said = Seen(), Seen()
    run = make(publish=seen, report=said)
    assert run.wait(LONG)
    assert (seen, run.state, said) == ([0], "paused", ["starting", "paused"])


def test_step_takes_exactly_n_steps(make):
    seen = Seen()
    run = make(publish=seen)
    run.step()
    run.step(3)
    assert run.wait(LONG)
    assert seen == [0, 1, 2, 3, 4]
    assert run.steps_per_second > 0


def test_pause_ends_after_the_step_under_way(make):
    "The generator is held inside a step; pause is asked; that step ends and no other begins."
    inside, go_on, begun = threading.Event(), threading.Event(), []

    def held():
        for step in range(10):
            begun.append(step)
            if step == 2:
                inside.set()
                assert go_on.wait(LONG)
            yield step

    seen = Seen()
    run = make(held, seen)
    run.play()
    assert inside.wait(LONG)
    run.pause()
    assert run.state == "running"
    go_on.set()
    assert run.wait(LONG)
    assert (begun, seen, run.state) == ([0, 1, 2], [0, 1, 2], "paused")


def test_pauses_publish_the_last_state_however_low_the_rate(make):
    seen = Seen()
    run = make(publish=seen, fps=1e-9)
    run.step(100)
    assert run.wait(LONG)
    assert seen == [0, 100]


def test_states_are_published_in_order_and_none_twice(make):
    seen = Seen()
    run = make(publish=seen, fps=50)
    run.play()
    seen.wait_for(lambda s: len(s) > 10)
    run.pause()
    assert run.wait(LONG)
    assert seen == sorted(set(seen))


def test_play_ends_when_the_generator_does(make):
    seen, said = Seen(), Seen()
    run = make(lambda: iter(range(5)), seen, said)
    run.play()
    assert run.wait(LONG)
    assert (seen, run.state, said[-1]) == ([0, 1, 2, 3, 4], "finished", "finished")
    run.play()
    assert run.wait(LONG)
    assert run.state == "finished"


def test_reset_closes_the_old_generator_and_starts_a_fresh_one(make):
    log = []

    def start():
        log.append("start")
        try:
            yield from forever()
        finally:
            log.append("end")

    seen = Seen()
    run = make(start, seen)
    run.play()
    seen.wait_for(lambda s: s[-1] > 5)
    run.reset()
    assert run.wait(LONG)
    assert (log, seen[-1], run.state) == (["start", "end", "start"], 0, "paused")
    run.step()
    assert run.wait(LONG)
    assert seen[-1] == 1


def test_reset_then_play_goes_on_from_the_start(make):
    seen = Seen()
    run = make(lambda: iter(range(4)), seen)
    run.play()
    assert run.wait(LONG)
    run.reset()
    run.play()
    assert run.wait(LONG)
    assert (seen, run.state) == ([0, 1, 2, 3] * 2, "finished")


def test_a_failure_in_training_is_told_kept_and_recovered_from(make):
    attempts = []

    def breaks_once():
        attempts.append(1)
        yield "first"
        if len(attempts) == 1:
            raise ValueError("loss is NaN")
        yield "second"

    seen, said = Seen(), Seen()
    run = make(breaks_once, seen, said, fps=1e-9)
    run.play()
    assert run.wait(LONG)
    assert (run.state, said[-1]) == ("failed", "failed: ValueError: loss is NaN")
    assert "breaks_once" in run.error and "ValueError: loss is NaN" in run.error
    run.play()
    assert run.wait(LONG)
    assert run.state == "failed"
    run.reset()
    run.play()
    assert run.wait(LONG)
    assert (run.state, run.error, seen[-1]) == ("finished", "", "second")


def test_a_failure_to_begin_is_told(make):
    def start():
        raise FileNotFoundError("no photographs")

    said = Seen()
    run = make(start, report=said)
    assert run.wait(LONG)
    assert (run.state, said[-1]) == ("failed", "failed: FileNotFoundError: no photographs")


def test_a_failure_while_drawing_is_told(make):
    def publish(state):
        if state == 1:
            raise KeyError("no such trait")

    said = Seen()
    run = make(publish=publish, report=said)
    run.step(5)
    assert run.wait(LONG)
    assert run.state == "failed"
    assert said[-1] == "failed: KeyError: 'no such trait'"


def test_a_broken_status_sink_ends_in_the_terminal_and_the_thread_lives(make, capsys):
    def report(message):
        raise RuntimeError("sink is broken")

    run = make(report=report)
    assert run.wait(LONG)
    assert run.state == "failed"
    assert "sink is broken" in run.error
    assert "sink is broken" in capsys.readouterr().err
    assert threads(run.name)


def test_a_keyboard_interrupt_in_the_notebook_does_not_reach_the_run(make):
    "The kernel's interrupt is an exception in the main thread, here while it waits for the run."
    seen = Seen()
    run = make(publish=seen)
    run.play()
    with pytest.raises(KeyboardInterrupt):
        seen.wait_for(lambda s: len(s) > 3)
        raise KeyboardInterrupt
    already = len(seen)
    seen.wait_for(lambda s: len(s) > already + 3)
    assert run.state == "running"


def test_one_name_has_one_thread(make):
    "Running a cell again: the old run is closed and joined, even in the middle of a step."
    said, ended = Seen(), []

    def start():
        try:
            yield from forever()
        finally:
            ended.append(threading.current_thread())

    first = make(start, report=said)
    first.play()
    said.wait_for(lambda s: "running" in s)
    (old,) = threads(first.name)
    second = make(start)
    assert (first.state, said[-1], ended) == ("closed", "closed", [old])
    assert len(threads(second.name)) == 1 and not old.is_alive()
    with pytest.raises(RuntimeError, match="run its cell again"):
        first.play()


def test_two_names_have_two_threads(make):
    make(name="left"), make(name="right")
    assert len(threads("left")) == len(threads("right")) == 1


def test_a_run_may_be_closed_from_its_own_thread(make):
    def publish(state):
        if state == 3:
            run.close()

    run = make(publish=publish)
    run.play()
    assert run.wait(LONG)
    run._thread.join(LONG)
    assert run.state == "closed"


def test_many_threads_may_ask_at_once(make):
    "Whatever order the orders arrive in: one thread advances the generator, and pause is obeyed in the end."
    advancing, clashes = threading.Lock(), []

    def start():
        for step in forever():
            if not advancing.acquire(blocking=False):
                clashes.append(step)
                raise AssertionError("two threads in one generator")
            time.sleep(0)
            advancing.release()
            yield step

    run = make(start)

    def ask():
        try:
            for _ in range(50):
                run.play(), run.pause(), run.step(2), run.reset()
        except Exception:
            clashes.append(traceback.format_exc())

    askers = [threading.Thread(target=ask) for _ in range(4)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join(LONG)
    run.pause()
    assert run.wait(LONG)
    assert (clashes, run.state, len(threads(run.name))) == ([], "paused", 1)
