"Panels of lessons, and those that look at what there is already."
