# %% exercise 1: right
nobody_is_missed_at = "last"

# %% exercise 1: wrong, the finest scale makes the outline
nobody_is_missed_at = "first"

# %% exercise 2: right
pressure = 5e-4 * (2 * (1 / 2 - 1 / 6) ** 2 + 4 * (1 / 6) ** 2)

# %% exercise 2: wrong, without the coefficient
pressure = 1 / 3


# %% exercise 3: right
class Symmetry(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.mix = nn.Conv2d(channels, channels, 1)

    def forward(self, maps):
        return self.mix((maps - maps.flip(-1)).abs())


# %% exercise 3: wrong, upside down is another mirror
class Symmetry(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.mix = nn.Conv2d(channels, channels, 1)

    def forward(self, maps):
        return self.mix((maps - maps.flip(-2)).abs())
