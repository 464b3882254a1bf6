# %% exercise 1: right
theirs = 6

# %% exercise 1: wrong, whom code needs more
theirs = 4

# %% exercise 2: right
can_go = 3

# %% exercise 2: wrong, half of them
can_go = 4


# %% exercise 3: right
def my_rule():
    return {
        layer: np.max([scores_by("importance", heard[kind])[layer] for kind in kinds], 0)
        for layer in heard["code"]
    }


# %% exercise 3: wrong, the lowest go first, and these are the best
def my_rule():
    return {
        layer: -np.max([scores_by("importance", heard[kind])[layer] for kind in kinds], 0)
        for layer in heard["code"]
    }
