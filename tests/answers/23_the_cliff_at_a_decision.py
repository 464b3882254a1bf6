# %% exercise 1: right
cliffs = 0

# %% exercise 1: wrong, one for each expert that is visited
cliffs = 8

# %% exercise 2: right
slope_of_k_one = 0.0

# %% exercise 2: wrong, as if the weight were a share of all
slope_of_k_one = 0.25


# %% exercise 3: right
def nats_to_save(side):
    better = torch.minimum(side.here, side.there)
    return float((side.here - better).nanmean())


# %% exercise 3: wrong, tokens without a loss count as well
def nats_to_save(side):
    better = torch.minimum(side.here, side.there)
    return float((side.here - better).nansum() / len(side.here))
