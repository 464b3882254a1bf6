# %% exercise 1: right
dropped = 0

# %% exercise 1: wrong, as often as by lot
dropped = 8

# %% exercise 2: right
mine = "gates?gain=0.06&times=1"

# %% exercise 2: wrong, a smaller gain is more patient
mine = "gates?gain=0.01&times=2"


# %% exercise 3: right
def my_gate(curve, reference=None):
    if reference is None or len(curve.steps) < 4:
        return Decision("go on", "too early to tell")
    behind = curve.mean()[-1] - reference.mean()[-1]
    return Decision("stop" if behind > 0.02 else "go on", f"{behind:.3f} nats behind")


# %% exercise 3: wrong, hardly anybody is so far behind
def my_gate(curve, reference=None):
    if reference is None:
        return Decision("go on", "the control")
    behind = curve.mean()[-1] - reference.mean()[-1]
    return Decision("stop" if behind > 0.2 else "go on", f"{behind:.3f} nats behind")
