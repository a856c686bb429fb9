"""The e-mail digest: render, send once per edition."""
