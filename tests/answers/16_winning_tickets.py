# %% exercise 1: right
most_sparse = 0.67

# %% exercise 1: wrong, where the portfolio looked
most_sparse = 0.49

# %% exercise 2: right
share = 0.37

# %% exercise 2: wrong, half of the rounds are not twice the share
share = 0.42


# %% exercise 3: right
def pruned_at_random(weights, masks, fraction):
    from moe_lab.sparse.magnitude import pruned_by_layer

    return pruned_by_layer({name: torch.rand_like(w) for name, w in weights.items()}, masks, fraction)


# %% exercise 3: wrong, the smallest go
def pruned_at_random(weights, masks, fraction):
    from moe_lab.sparse.magnitude import pruned_by_layer

    return pruned_by_layer(weights, masks, fraction)
