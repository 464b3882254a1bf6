# %% exercise 1: right
twin_misses_it = 0.0

# %% exercise 1: wrong, sorting is taken for worth
twin_misses_it = 2 * found.rise.max()

# %% exercise 2: right
stand_in = 7

# %% exercise 2: wrong, who is missed most is not who replaces the others best
stand_in = int(found[(found.model == "seed 0") & (found.layer == 0)].rise.argmax())


# %% exercise 3: right
def slopes(model, layer):
    gate = torch.ones(E, requires_grad=True)
    with intervene(model, layer, 0, lambda table: (table[0], table[1] * gate[table[0]])):
        return -torch.autograd.grad(surprise(model, judges).nanmean(), gate)[0]


# %% exercise 3: wrong, the way from 1 to 0 leads down
def slopes(model, layer):
    gate = torch.ones(E, requires_grad=True)
    with intervene(model, layer, 0, lambda table: (table[0], table[1] * gate[table[0]])):
        return torch.autograd.grad(surprise(model, judges).nanmean(), gate)[0]
