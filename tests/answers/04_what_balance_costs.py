# %% exercise 1: right
decides = {"entropy bonus": False, "mutual information": True}

# %% exercise 1: wrong, what balances is taken for what decides
decides = {"entropy bonus": True, "mutual information": True}


# %% exercise 2: right
def expert_usage(routing):
    return routing.share


trainer_takes_it = False

# %% exercise 2: wrong, a number that is logged is taken for one that pushes
trainer_takes_it = True


# %% exercise 3: right
def below_one():
    by_a_hair, with_might = torch.tensor([[0.01, 0.0]]), torch.tensor([[-9.0, 9.0]])
    return torch.cat([by_a_hair.repeat(6, 1), with_might.repeat(4, 1)])


# %% exercise 3: wrong, perfect balance is not lower than itself
def below_one():
    return 9 * torch.eye(2).repeat(5, 1)


# %% exercise 4: right
def granted_only(routing):
    return routing.n_experts * (routing.share * mean_gate(routing)).sum()


# %% exercise 4: wrong, the kit's own counts who was refused
def granted_only(routing):
    return switch_loss(routing)
