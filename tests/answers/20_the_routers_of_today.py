# %% exercise 1: right
passed = "nobody"

# %% exercise 1: wrong, as if eight of eight were a choice
passed = "other groups"

# %% exercise 2: right
factor = 6.0

# %% exercise 2: wrong, the slope in the middle
factor = 4.0


# %% exercise 3: right
def too_large(scores, k):
    margin = scores - scores.topk(k + 1).values[:, -1:]
    return margin.sort(0, descending=True).values[len(scores) * k // scores.shape[1]]


# %% exercise 3: wrong, the same for all changes nobody's choice
def too_large(scores, k):
    return scores.mean() * torch.ones(scores.shape[1])
