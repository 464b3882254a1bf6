# %% exercise 1: right
times_as_much = {0: 10, 1: 4}

# %% exercise 1: wrong, a network that was trained for others is not better than none
times_as_much = {0: 1, 1: 1}

# %% exercise 2: right
dream = np.zeros((3, 8))
dream[0, :3], dream[1, 3:6], dream[2, 6:] = 1 / 9, 1 / 9, 1 / 6
dream_nmi = 0.7

# %% exercise 2: wrong, all experts alike, so that the kinds are not equally long
dream = np.zeros((3, 8))
dream[0, :3], dream[1, 3:6], dream[2, 6:] = 1 / 8, 1 / 8, 1 / 8
dream_nmi = 0.7


# %% exercise 3: right
def lost_visit(rise, share):
    return rise / (DEMONSTRATION.k * share)


# %% exercise 3: wrong, a token makes two visits
def lost_visit(rise, share):
    return rise / share
