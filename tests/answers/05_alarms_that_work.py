# %% exercise 1: right
detector_says, part_left = "specialised", 0.0002

# %% exercise 1: wrong, a flat gate is taken for one that does not choose
detector_says, part_left = "balanced-unspecialised", 0.0002

# %% exercise 2: right
tokens_counted = 3750

# %% exercise 2: wrong, as if a token made one visit
tokens_counted = 7500


# %% exercise 3: right
def better_alarm(load):
    half_way = (1 / load.per_token - 1 / load.n_experts) / 2
    return "collapsed" if squared_usage(load).value > half_way else "good"


# %% exercise 3: wrong, turned round and with the recipe's own threshold
def better_alarm(load):
    return "collapsed" if squared_usage(load).value > 0.01 else "good"
