# %% exercise 1: right
by_words = int(found.sections[2].tables["words and kinds"]["NMI with words"].to_numpy().argmax())

# %% exercise 1: wrong, counted from one
by_words = 1 + int(found.sections[2].tables["words and kinds"]["NMI with words"].to_numpy().argmax())

# %% exercise 2: right
before = expert_table(whole, loudness(whole, torch.arange(16))).set_index(["layer", "expert"])["outlier"]
factor = int(10 / before["model.layers.1.mlp", 5]) + 1

# %% exercise 2: wrong, the rule says ten, but the expert was loud before
factor = 10


# %% exercise 3: right
def my_rule(reading):
    from moe_lab.explore.audit.findings import Finding
    from moe_lab.measure.text.specialization import meetings

    told = []
    for layer in reading.trace.layers:
        routed = Routed.of(reading.trace, layer, reading.rows)
        table = meetings(routed.domain[routed.frame["sequence"]], routed.frame["expert"], E)
        share, base = table / np.maximum(table.sum(0), 1), table.sum(1) / table.sum()
        for d, e in zip(*np.nonzero((share > 0.5) & (base[:, None] < 0.25))):
            told.append(Finding("note", layer, f"E{e} has {share[d, e]:.0%} from {routed.domain_names[d]}"))
    return told


# %% exercise 3: wrong, a kind that is everywhere is everywhere
def my_rule(reading):
    from moe_lab.explore.audit.findings import Finding
    from moe_lab.measure.text.specialization import meetings

    told = []
    for layer in reading.trace.layers:
        routed = Routed.of(reading.trace, layer, reading.rows)
        table = meetings(routed.domain[routed.frame["sequence"]], routed.frame["expert"], E)
        share = table / np.maximum(table.sum(0), 1)
        for d, e in zip(*np.nonzero(share > 0.5)):
            told.append(Finding("note", layer, f"E{e} has {share[d, e]:.0%} from {routed.domain_names[d]}"))
    return told
