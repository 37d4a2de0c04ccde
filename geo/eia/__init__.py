"""The EIA list: asked of a declaration, told of a site."""
