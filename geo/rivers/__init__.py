"""Rivers: their network, walks along it, and the ground laid beside the stretches."""
