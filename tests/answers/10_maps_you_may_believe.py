# %% exercise 1: right
floor_of_200 = 0.28

# %% exercise 1: wrong, as many as of 700
floor_of_200 = 0.2

# %% exercise 2: right
maps = [small_map(points, begin="random", seed=seed) for seed in (0, 1)]
agree_on_far = False

# %% exercise 2: wrong, near is kept and far is believed
agree_on_far = True


# %% exercise 3: right
def honestly_alike(points, labels):
    half = len(points) // 2
    method = LinearDiscriminantAnalysis(n_components=2).fit(points[:half], labels[:half])
    return alike(nearest(method.transform(points[half:])), labels[half:])


# %% exercise 3: wrong, judged on the points it was told
def honestly_alike(points, labels):
    method = LinearDiscriminantAnalysis(n_components=2).fit(points, labels)
    return alike(nearest(method.transform(points)), labels)
