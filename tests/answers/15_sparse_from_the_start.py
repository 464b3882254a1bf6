# %% exercise 1: right
at_zeta_one = 10

# %% exercise 1: wrong, that of the static one
at_zeta_one = 48.7

# %% exercise 2: right
width = 132

# %% exercise 2: wrong, one more
width = 133


# %% exercise 3: right
def dropped_and_grown():
    from moe_lab.sparse.evolution import EvolutionRule, at_random, by_magnitude

    return EvolutionRule("mixed", "mixed", "", by_magnitude, at_random, False, False)


mixed = dropped_and_grown()


# %% exercise 3: wrong, that is SET
def dropped_and_grown():
    from moe_lab.sparse.evolution import EvolutionRule, at_random, by_sign

    return EvolutionRule("mixed", "mixed", "", by_sign, at_random, False, False)


mixed = dropped_and_grown()
