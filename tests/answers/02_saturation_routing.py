# %% exercise 1: right
wait_in_steps = 103

# %% exercise 1: wrong, as if it started at one
wait_in_steps = 110


# %% exercise 2: right
def gate(logits):
    return logits.sigmoid()


# %% exercise 2: wrong, a temperature changes the weights and feels no constant
def gate(logits):
    return (logits / 0.5).softmax(-1)


# %% exercise 3: right
def weighs_too(score, bias):
    return Router(BiasedLogits(score, bias), [], TopK(2))


# %% exercise 3: wrong, the bias only selects
def weighs_too(score, bias):
    return Router(score, [bias], TopK(2))
