"""How careloop is run: the local stack, images and manifests. No service imports it."""
