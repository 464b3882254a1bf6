# %% exercise 1: right
cv_of_two, n_eff_of_two = 2.65, 2

# %% exercise 1: wrong, the fourteen without a token are left out
cv_of_two, n_eff_of_two = 0, 16

# %% exercise 2: right
window = 1

# %% exercise 2: wrong, half as many steps are still an average
window = 32


# %% exercise 3: right
def as_identity(experts):
    experts.w2[-1] = 0
    experts.b2[-1] = 0


# %% exercise 3: wrong, the elders forget as well
def as_identity(experts):
    experts.w2.zero_()
    experts.b2.zero_()
