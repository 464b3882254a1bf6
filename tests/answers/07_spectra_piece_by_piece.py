# %% exercise 1: right
smallest, largest = 1, 1

# %% exercise 1: wrong, as a cosine of two different vectors
smallest, largest = -1, 1

# %% exercise 2: right
enough = 3100

# %% exercise 2: wrong, as if a token made one visit
enough = 6200


# %% exercise 3: right
def R(S, G):
    return S.abs() @ (G - torch.eye(len(G))).square()


# %% exercise 3: wrong, squared after the product
def R(S, G):
    return (S.abs() @ (G - torch.eye(len(G)))).square()


# %% exercise 4: right
def weights(d, n_experts, r):
    return 3 * n_experts * r * (d + n_experts * r) + d * n_experts * r


# %% exercise 4: wrong, the half of the GRU that reads its own state is left out
def weights(d, n_experts, r):
    return 3 * n_experts * r * d + d * n_experts * r
