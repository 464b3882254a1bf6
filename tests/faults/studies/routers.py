"Mistakes with the study of the routers."

from faults.table import Bad

from moe_lab.experiments.systems.language.router_arms import HELD, HeldToK, RouterStudySettings, loss_of

ROWS = [
    Bad("a router nobody knows", lambda: RouterStudySettings(routers="switch+nobody"), ("routers='nobody'",)),
    Bad("no held-out text", lambda: RouterStudySettings(judged=0), ("judged=0", "at least 1")),
    Bad("a knob held to nothing", lambda: HeldToK(HELD["top_p"], 0), ("k=0", "above 0")),
    Bad("a knob by its name alone", lambda: HeldToK("tau", 2), ("held is a str", "Held")),
    Bad("the loss of nobody", lambda: loss_of("nobody"), ("no router is called 'nobody'",), KeyError),
]
