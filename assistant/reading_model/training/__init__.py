"""How the reading model is trained. Needs torch, which is no part of the product (see `training.lock`)."""
