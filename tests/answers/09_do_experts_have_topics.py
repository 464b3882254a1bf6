# %% exercise 1: right
z_changes_by = 100

# %% exercise 1: wrong, more units are taken for more evidence against
z_changes_by = 0.1

# %% exercise 2: right
at_least = 20

# %% exercise 2: wrong, three times are still luck
at_least = 3


# %% exercise 3: right
def loads(frame):
    return pd.crosstab(frame.sequence, frame.expert, normalize="index").to_numpy()


# %% exercise 3: wrong, shares of an expert's visits
def loads(frame):
    return pd.crosstab(frame.sequence, frame.expert, normalize="columns").to_numpy()
