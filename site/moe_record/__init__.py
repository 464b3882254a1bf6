"Explorations, stepped through a grid of settings, and written down for pages that have no kernel."
