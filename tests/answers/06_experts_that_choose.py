# %% exercise 1: right
c, at_least, at_most = 0.25, 0.75, 0.9375

# %% exercise 1: wrong, experts never agree
c, at_least, at_most = 0.25, 0.75, 0.75

# %% exercise 2: right
later = torch.zeros(3, 4)

# %% exercise 2: wrong, one more makes no second place
later = torch.tensor([[0.0, 1.0, 0.0, 0.0]])


# %% exercise 3: right
def moved_by_its_own_future(reader, texts):
    moved_in = []
    for text in texts:
        half, whole = told(reader, text[None, :32])[1], told(reader, text[None])[1]
        moved_in.append((half != whole[:, :32]).any(-1))
    return torch.cat(moved_in).float().mean()


# %% exercise 3: wrong, texts still meet in a batch
def moved_by_its_own_future(reader, texts):
    half, whole = told(reader, texts[:, :32])[1], told(reader, texts)[1]
    return (half != whole[:, :32]).any(-1).float().mean()
