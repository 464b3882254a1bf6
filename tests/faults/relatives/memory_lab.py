"Mistakes with `MemoryLab`: lines that are pasted, texts that cannot be told, slots and models that are not there."

from faults.table import Bad

from moe_lab import MemoryLab
from moe_lab.explore.memory.recollection import recollect
from moe_lab.explore.memory.sequence import MemoryState, as_task
from moe_lab.explore.memory.trained import read_trained, store, train_again
from moe_lab.explore.memory.views import SlotTape


def lab(line):
    return lambda: MemoryLab(line)


ROWS = [
    Bad("a memory line without its beginning", lab("text=abc"), ("text=abc", "memory?")),
    Bad("no memory line at all", lab(None), ("state=None", "a line of text such as 'memory?'")),
    Bad("a memory that nobody trained", lab("memory?model=huge"), ("model='huge'", "healthy")),
    Bad("no text", lab("memory?text="), ("text=''", "1 to 16 characters")),
    Bad(
        "a text longer than the memory", lab("memory?text=abcdefghijklmnopq"), ("text=", "1 to 16", "not 17")
    ),
    Bad("letters of more than a byte", lab("memory?text=日本"), ("'日'", "one byte")),
    Bad("a slot that the small one has not", lambda: MemoryState("small", lesion=8), ("lesion=8", "0 to 7")),
    Bad("a slot that none has", lab("memory?lesion=16"), ("lesion=16", "-1 to 15")),
    Bad("a shuffle that is no number", lab("memory?shuffle=yes"), ("shuffle=yes", "not a value like 0")),
    Bad(
        "a lesion of no slot, by hand",
        lambda: recollect(read_trained("healthy").model, "abc", 40),
        ("expert=40", "0 to 15"),
    ),
    Bad("a task of letters that are none", lambda: as_task("日"), ("text='日'", "one byte")),
    Bad("weights of a computer nobody knows", lambda: store("ill", None, {}), ("name='ill'", "healthy")),
    Bad("a training of a computer nobody knows", lambda: train_again("ill"), ("name='ill'", "healthy")),
    Bad("a figure of nothing", lambda: SlotTape().still(), ("SlotTape", "call show")),
]
