# %% exercise 1: right
own = beside[(beside.tokens == 8192) & (beside.d == 512) & (beside.hidden == 256) & (beside["skew"] == 0)]
own = own[(own.contender == OURS) & (own.act == "forward")].set_index("n_experts")["ratio"]
times_as_long = own[64] / own[4]

# %% exercise 1: wrong, as if each token visited all of them
times_as_long = 16

# %% exercise 2: right
enough = Shape(tokens=16384, d=64, hidden=64, n_experts=16, k=2)

# %% exercise 2: wrong, a token visits two
enough = Shape(tokens=32768, d=64, hidden=64, n_experts=16, k=2)


# %% exercise 3: right
def padded(rows):
    return len(rows) * max(rows) / sum(rows)


# %% exercise 3: wrong, experts without a token are left out
def padded(rows):
    return sum(n > 0 for n in rows) * max(rows) / sum(rows)
